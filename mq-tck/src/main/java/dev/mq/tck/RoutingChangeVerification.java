package dev.mq.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.Binding;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.ExchangeType;
import dev.mq.api.Message;
import dev.mq.api.Producer;
import dev.mq.api.Queue;
import dev.mq.api.Topology;
import dev.mq.api.UnroutableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Routing while bindings change, and on topologies that nobody thought of. */
abstract class RoutingChangeVerification extends Verification {
  private static final int ROUNDS = 30;
  private static final int TOPOLOGIES = 12;
  private static final int MESSAGES = 8;

  @Guarantee({"X-15", "X-07"})
  @Test
  void aBindConfirmedInOneBrokerRoutesTheNextPublishOfAnother() {
    String exchange = kit().exchange(ExchangeType.DIRECT);
    String queue = kit().queue("q");
    Queue target = a().queue(queue);
    List<String> sent = new ArrayList<>();
    try (Producer p = b().exchange(exchange).producer().open()) {
      for (int i = 0; i < ROUNDS; i++) {
        String key = "k" + i % 3;
        String body = "round " + i;
        a().exchange(exchange).bind(key, target);
        try {
          p.send(routed(key, body));
          sent.add(body);
        } catch (UnroutableException e) {
          throw new AssertionError(
              "%s: published after the bind of %s was confirmed, yet unroutable"
                  .formatted(body, key),
              e);
        }
        a().exchange(exchange).unbind(key, target);
        assertThatThrownBy(
                () -> p.send(routed(key, body + " unbound")),
                "%s: published after the unbind of %s was confirmed, yet routed",
                body,
                key)
            .isInstanceOf(UnroutableException.class);
      }
    }
    assertThat(Got.texts(drain(queue, ROUNDS)))
        .as("what was published between bind and unbind")
        .containsExactlyElementsOf(sent);
  }

  @Guarantee({"X-01", "X-02", "X-03", "X-04", "X-05"})
  @Test
  void randomTopologiesRouteAsTheRulesSay() {
    List<String> queues = List.of(kit().queue("q0"), kit().queue("q1"), kit().queue("q2"));
    Expected expected = new Expected(queues);
    List<Binding> all = new ArrayList<>();
    int n = 0;
    for (int i = 0; i < TOPOLOGIES; i++) {
      RandomTopology random = new RandomTopology(kit().random(), kit()::name, queues);
      Topology topology = random.topology();
      kit().declare(topology);
      all.addAll(topology.bindings());
      NaiveRouter rules = new NaiveRouter(topology);
      for (ExchangeSpec exchange : topology.exchanges()) {
        try (Producer p = b().exchange(exchange.name()).producer().open()) {
          for (int m = 0; m < MESSAGES / 2; m++) {
            Message message = random.message("m" + n++);
            Set<String> reached = rules.route(exchange.name(), message);
            expected.add(reached, message.text());
            publish(p, exchange, message, reached, topology);
          }
        }
      }
    }
    new Drain(b())
        .queues(expected.counts())
        .forEach(
            (q, got) ->
                assertThat(Got.texts(got))
                    .as("seed %d, queue %s, bindings %s", kit().seed(), q, all)
                    .containsExactlyElementsOf(expected.of(q)));
  }

  private void publish(
      Producer p, ExchangeSpec exchange, Message message, Set<String> reached, Topology topology) {
    boolean routed = true;
    try {
      p.send(message);
    } catch (UnroutableException e) {
      routed = false;
    }
    assertThat(routed)
        .as(
            "seed %d: '%s' with key '%s' and headers %s to %s reaches %s by the rules; %s",
            kit().seed(),
            message.text(),
            message.routingKey(),
            message.headers(),
            exchange,
            reached,
            topology)
        .isEqualTo(!reached.isEmpty());
  }
}
