package dev.mq.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.ExchangeType;
import dev.mq.api.Message;
import dev.mq.api.Producer;
import dev.mq.api.SendResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** How publishes end, and in which order they are stored. */
abstract class ProducingVerification extends Verification {
  private static final int MANY = 300;

  @Guarantee({"P-01", "P-02"})
  @Test
  void aBatchHasOneOutcomePerMessageInOrder() {
    String exchange = kit().exchange(ExchangeType.DIRECT);
    String queue = kit().queue("q");
    a().exchange(exchange).bind("yes", a().queue(queue));
    List<Message> batch = new ArrayList<>();
    List<SendResult.Status> wanted = new ArrayList<>();
    List<String> stored = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      boolean bound = i % 3 != 0;
      batch.add(routed(bound ? "yes" : "no", "m" + i));
      wanted.add(bound ? SendResult.Status.OK : SendResult.Status.FAILED);
      if (bound) {
        stored.add("m" + i);
      }
    }
    try (Producer p = a().exchange(exchange).producer().open()) {
      assertThat(p.sendAll(batch).stream().map(SendResult::status).toList())
          .as("every third message is for a key that nothing is bound by")
          .isEqualTo(wanted);
    }
    assertThat(Got.texts(drain(queue, stored.size())))
        .as("stored are exactly those that were ok")
        .containsExactlyElementsOf(stored);
  }

  @Guarantee("P-01")
  @Test
  void everyConfirmedMessageIsDeliveredOnce() {
    String queue = kit().queue("q");
    List<String> sent = numbered("m", 4 * MANY);
    fill(queue, sent);
    Map<String, Long> counts =
        drain(queue, sent.size()).stream()
            .collect(Collectors.groupingBy(Got::text, Collectors.counting()));
    List<String> lost = new ArrayList<>(sent);
    lost.removeAll(counts.keySet());
    counts.values().removeIf(n -> n == 1);
    assertThat(lost).as("confirmed and lost, of %d confirmed", sent.size()).isEmpty();
    assertThat(counts).as("stored more than once, of %d sent once", sent.size()).isEmpty();
  }

  @Guarantee("O-04")
  @Test
  void sendsFromOneThreadAreStoredInTheirOrder() {
    String queue = kit().queue("q");
    List<String> sent = numbered("m", MANY);
    try (Producer p = a().queue(queue).producer().maxInFlight(64).open()) {
      sendUnwaited(p, sent);
    }
    assertInOrder(sent, Got.texts(drain(queue, MANY)));
  }

  /** Names the first place where the order is broken, which is easier to read than two lists. */
  static void assertInOrder(List<String> sent, List<String> got) {
    for (int i = 0; i < Math.min(sent.size(), got.size()); i++) {
      assertThat(got.get(i))
          .as("order broken at place %d: sent %s, got %s", i, around(sent, i), around(got, i))
          .isEqualTo(sent.get(i));
    }
    assertThat(got).as("as many as were sent").hasSameSizeAs(sent);
  }

  private static List<String> around(List<String> all, int place) {
    return all.subList(Math.max(0, place - 3), Math.min(all.size(), place + 4));
  }

  @Guarantee("P-12")
  @Test
  void flushReturnsWhenEverySendBeforeItHasCompleted() {
    String queue = kit().queue("q");
    Seen<String> completed = new Seen<>("completions");
    try (Producer p = a().queue(queue).producer().open()) {
      for (String body : numbered("m", MANY)) {
        p.send(text(body), (receipt, error) -> completed.add(body + " " + error));
      }
      p.flush();
      assertThat(completed.count())
          .as("completions when flush returned, of %d sends before it", MANY)
          .isEqualTo(MANY);
      assertThat(p.inFlight()).as("in flight after flush").isZero();
    }
  }

  @Guarantee({"C-05", "Y-01", "P-04"})
  @Test
  void closingAProducerCompletesEverySendOnceAndLosesNothingConfirmed() {
    String queue = kit().queue("q");
    Map<String, Integer> completions = new HashMap<>();
    Seen<String> confirmed = new Seen<>("confirmed");
    Seen<String> completed = new Seen<>("completions");
    Producer p = a().queue(queue).producer().open();
    for (String body : numbered("m", MANY)) {
      p.send(
          text(body),
          (receipt, error) -> {
            if (error == null) {
              confirmed.add(body);
            }
            completed.add(body);
          });
    }
    p.close();
    completed.await(MANY);
    completed.all().forEach(body -> completions.merge(body, 1, Integer::sum));
    assertThat(completions)
        .as("completions per send, close called with sends in flight")
        .hasSize(MANY)
        .allSatisfy((body, n) -> assertThat(n).as(body).isEqualTo(1));
    assertThat(Got.texts(drain(queue, confirmed.count())))
        .as("confirmed before or during close")
        .containsAll(confirmed.all());
  }
}
