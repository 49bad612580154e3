package dev.mq.core.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.Binding;
import dev.mq.api.ErrorCode;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.Headers;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import java.util.List;
import org.junit.jupiter.api.Test;

class DryRunTest {
  private static DryRun.Message message(String exchange, String key) {
    return new DryRun.Message(exchange, key, Headers.empty());
  }

  @Test
  void answersTheQueuesInOrderWithEveryReason() {
    DryRun run =
        new DryRun(
            List.of(ExchangeSpec.topic("orders")),
            List.of(
                Binding.toQueue("orders", "order.#", "z"),
                Binding.toQueue("orders", "order.*.paid", "a"),
                Binding.toQueue("orders", "#.paid", "a")));
    List<DryRun.Answer> answers =
        run.route(List.of(message("orders", "order.1.paid"), message("orders", "x"), message("", "z")));
    assertThat(answers.get(0).queues()).extracting(DryRun.Target::queue).containsExactly("a", "z");
    assertThat(answers.get(0).queues().get(0).why())
        .containsExactlyInAnyOrder(
            "binding 'orders' -> queue 'a' (key='order.*.paid')",
            "binding 'orders' -> queue 'a' (key='#.paid')");
    assertThat(answers.get(1).queues()).isEmpty();
    assertThat(answers.get(2).queues().get(0).why()).containsExactly("default exchange");
  }

  @Test
  void refusesWhatABrokerWouldRefuse() {
    List<ExchangeSpec> topic = List.of(ExchangeSpec.topic("x"));
    assertThatThrownBy(() -> new DryRun(topic, List.of(Binding.toQueue("y", "k", "q"))))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> new DryRun(topic, List.of(Binding.toQueue("x", "#.a.#.b.#", "q"))))
        .isInstanceOfSatisfying(
            MqException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
    DryRun run = new DryRun(topic, List.of());
    assertThatThrownBy(() -> run.route(message("y", "k"))).isInstanceOf(NotFoundException.class);
  }
}
