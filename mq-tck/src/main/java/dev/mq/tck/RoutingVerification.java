package dev.mq.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.Binding;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.ExchangeType;
import dev.mq.api.Headers;
import dev.mq.api.Message;
import dev.mq.api.Producer;
import dev.mq.api.QueueSpec;
import dev.mq.api.Topology;
import dev.mq.api.UnroutableException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which queues a message reaches, compared with the rules written down in {@link NaiveRouter}. */
abstract class RoutingVerification extends Verification {
  /** Binds a queue per entry, sends all messages, and compares what each queue has. */
  private void routesAsTheRulesSay(ExchangeType type, List<Binding> patterns, List<Message> sent) {
    String exchange = kit().name("x");
    Topology.Builder t = Topology.builder().exchange(ExchangeSpec.builder(exchange, type).build());
    Map<String, Binding> byQueue = new LinkedHashMap<>();
    for (Binding pattern : patterns) {
      String queue = kit().name("q");
      Binding binding =
          new Binding(exchange, Binding.Kind.QUEUE, queue, pattern.key(), pattern.arguments());
      t.queue(QueueSpec.of(queue)).bind(binding);
      byQueue.put(queue, binding);
    }
    Topology topology = t.build();
    kit().declare(topology);
    NaiveRouter rules = new NaiveRouter(topology);
    Expected expected = new Expected(byQueue.keySet());
    try (Producer p = b().exchange(exchange).producer().open()) {
      for (Message m : sent) {
        expected.add(rules.route(exchange, m), m.text());
        p.send(m);
      }
    }
    new Drain(b())
        .queues(expected.counts())
        .forEach(
            (q, got) ->
                assertThat(Got.texts(got))
                    .as("what %s let through of %s", byQueue.get(q), sent)
                    .containsExactlyElementsOf(expected.of(q)));
  }

  private static Binding pattern(String key) {
    return Binding.toQueue("any", key, "any");
  }

  private static Binding pattern(Headers arguments) {
    return Binding.toQueue("any", arguments, "any");
  }

  private static List<Message> keys(String... keys) {
    List<Message> all = new ArrayList<>();
    for (String key : keys) {
      all.add(routed(key, "<" + key + ">"));
    }
    return all;
  }

  @Guarantee("X-01")
  @Test
  void directRoutesEqualKeysOnly() {
    routesAsTheRulesSay(
        ExchangeType.DIRECT,
        List.of(pattern("a"), pattern("A"), pattern(""), pattern("a.b"), pattern("*")),
        keys("a", "A", "", "a.b", "*"));
  }

  @Guarantee("X-02")
  @Test
  void topicMatchesWordsWithStarAndHashAndEmptyWords() {
    routesAsTheRulesSay(
        ExchangeType.TOPIC,
        List.of(
            pattern("#"),
            pattern("*"),
            pattern("a.#"),
            pattern("*.b"),
            pattern("a..b"),
            pattern("#.b.#"),
            pattern("a.*.b"),
            pattern("")),
        keys("", "a", "a.b", "a..b", ".", "a.", ".b", "b", "b.b.b", "a.x.b", "A.b", "#", "*.b"));
  }

  @Guarantee("X-03")
  @Test
  void fanoutReachesEveryQueueWhateverTheKey() {
    routesAsTheRulesSay(
        ExchangeType.FANOUT,
        List.of(pattern(""), pattern("x"), pattern("a.b")),
        keys("", "x", "nothing"));
  }

  @Guarantee("X-04")
  @Test
  void headersMatchByValueForAllAndAny() {
    Headers five = Headers.builder().put("n", 5).put("s", "x").build();
    List<Message> sent = new ArrayList<>();
    sent.add(Message.builder().body("both").headers(five).build());
    sent.add(Message.builder().body("n only").header("n", 5).build());
    sent.add(Message.builder().body("text 5").header("n", "5").header("s", "x").build());
    sent.add(Message.builder().body("double 5").header("n", 5.0).header("s", "x").build());
    sent.add(Message.builder().body("null n").headerNull("n").header("s", "y").build());
    sent.add(Message.builder().body("none").build());
    routesAsTheRulesSay(
        ExchangeType.HEADERS,
        List.of(
            pattern(five),
            pattern(five.toBuilder().put("x-match", "any").build()),
            pattern(Headers.builder().putNull("n").put("x-match", "all").build()),
            pattern(Headers.builder().put("x-ignored", "1").build())),
        sent);
  }

  @Guarantee({"X-05", "X-06"})
  @Test
  void aQueueGetsOneCopyHoweverManyPathsReachIt() {
    String from = kit().exchange(ExchangeType.TOPIC);
    String over = kit().exchange(ExchangeType.FANOUT);
    String queue = kit().queue("q");
    String other = kit().queue("other");
    a().declare(
            Topology.builder()
                .bindQueue(from, "#", queue)
                .bindQueue(from, "a.*", queue)
                .bindExchange(from, "a.b", over)
                .bindExchange(over, "", from)
                .bindQueue(over, "", queue)
                .bindQueue(over, "", other)
                .build());
    try (Producer p = b().exchange(from).producer().open()) {
      p.send(routed("a.b", "once"));
      p.send(routed("z", "elsewhere"));
    }
    assertThat(Got.texts(drain(queue, 2)))
        .as("three bindings and a cycle of exchanges lead to this queue; sent once, elsewhere")
        .containsExactly("once", "elsewhere");
    assertThat(Got.texts(drain(other, 1)))
        .as("what went from exchange to exchange; draining another queue changed nothing here")
        .containsExactly("once");
  }

  @Guarantee("X-02")
  @Test
  void whatNothingMatchesGoesToTheAlternateExchange() {
    String alternate = kit().exchange(ExchangeType.FANOUT);
    String main = kit().name("main");
    String queue = kit().queue("q");
    String rest = kit().queue("rest");
    kit()
        .declare(
            Topology.builder()
                .exchange(
                    ExchangeSpec.builder(main, ExchangeType.DIRECT).alternate(alternate).build())
                .bindQueue(main, "k", queue)
                .bindQueue(alternate, "", rest)
                .build());
    try (Producer p = b().exchange(main).producer().open()) {
      p.send(routed("k", "matched"));
      p.send(routed("other", "unmatched"));
    }
    assertThat(Got.texts(drain(queue, 1))).as("bound by k").containsExactly("matched");
    assertThat(Got.texts(drain(rest, 1))).as("alternate").containsExactly("unmatched");
  }

  @Guarantee("X-01")
  @Test
  void everyQueueIsReachedByItsNameWithoutABinding() {
    String queue = kit().queue("q");
    String other = kit().queue("other");
    try (Producer p = b().queue(queue).producer().open()) {
      p.send(routed(other, "for its name"));
    }
    assertThat(Got.texts(drain(queue, 1))).as(queue).containsExactly("for its name");
    assertThat(drain(other, 0)).as("the routing key named it, the destination did not").isEmpty();
  }

  @Guarantee({"P-11", "P-02"})
  @Test
  void anUnroutableMessageIsADefiniteErrorAndInNoQueue() {
    String exchange = kit().exchange(ExchangeType.DIRECT);
    String queue = kit().queue("q");
    a().exchange(exchange).bind("bound", a().queue(queue));
    try (Producer p = b().exchange(exchange).producer().open();
        Producer silent = b().exchange(exchange).producer().dropUnroutable().open()) {
      assertThatThrownBy(() -> p.send(routed("unbound", "lost")))
          .isInstanceOfSatisfying(
              UnroutableException.class,
              e -> assertThat(e.isDefinite()).as("definite: %s", e).isTrue())
          .hasMessageContaining(exchange);
      silent.send(routed("unbound", "dropped by name"));
      p.send(routed("bound", "kept"));
    }
    assertThat(Got.texts(drain(queue, 1))).as("bound queue").containsExactly("kept");
  }
}
