package dev.mq.core.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.Delivery;
import dev.mq.api.Message;
import dev.mq.api.Producer;
import dev.mq.api.Receipt;
import dev.mq.api.Receiver;
import dev.mq.api.SettleResult;
import dev.mq.api.Settlement;
import dev.mq.core.runtime.WireHeaders;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class RedriveTest {
  /** What receive returns, one after the other; nothing arrives in time where it is empty. */
  private final Deque<Optional<Message>> arriving = new ArrayDeque<>();

  private final List<String> sent = new ArrayList<>();
  private long depth;
  private int silences;

  private final Redrive redrive = new Redrive(this::receiver, () -> depth, this::producer);

  private Receiver receiver() {
    return fake(
        Receiver.class,
        (method, args) -> {
          if (!method.equals("receive")) {
            return null;
          }
          Message m = arriving.isEmpty() ? null : arriving.remove().orElse(null);
          silences += m == null ? 1 : 0;
          return m == null ? null : delivery(m);
        });
  }

  private Delivery delivery(Message m) {
    return fake(
        Delivery.class,
        (method, args) ->
            switch (method) {
              case "message" -> m;
              case "ack" -> {
                depth--;
                yield Settlement.ACCEPTED;
              }
              case "settled" -> CompletableFuture.completedStage(SettleResult.SETTLED);
              default -> throw new AssertionError(method);
            });
  }

  private Producer producer(String origin) {
    return fake(
        Producer.class,
        (method, args) -> {
          if (method.equals("send")) {
            sent.add(origin + ":" + ((Message) args[0]).text());
            return Receipt.routed();
          }
          return null;
        });
  }

  private interface Answers {
    Object answer(String method, Object[] args);
  }

  private static <T> T fake(Class<T> type, Answers answers) {
    Object proxy =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (p, method, args) -> answers.answer(method.getName(), args));
    return type.cast(proxy);
  }

  private void arrives(String body, String origin) {
    arriving.add(
        Optional.of(Message.builder().body(body).header(WireHeaders.DEAD_QUEUE, origin).build()));
    depth++;
  }

  private void nothingInTime(int times) {
    for (int i = 0; i < times; i++) {
      arriving.add(Optional.empty());
    }
  }

  @Test
  void aSlowBrokerDoesNotEndItWhileTheQueueHasMessages() {
    nothingInTime(2);
    arrives("1", "q");
    nothingInTime(9);
    arrives("2", "r");
    assertThat(redrive.run(10)).isEqualTo(2);
    assertThat(sent).containsExactly("q:1", "r:2");
    assertThat(silences).isEqualTo(12);
  }

  @Test
  void itEndsWhenTheQueueIsEmpty() {
    arrives("1", "q");
    assertThat(redrive.run(10)).isEqualTo(1);
    assertThat(silences).isEqualTo(1);
  }

  @Test
  void itEndsAtItsBoundWhenWhatIsLeftDoesNotCome() {
    arrives("1", "q");
    depth = 5; // Others hold the rest.
    assertThat(redrive.run(10)).isEqualTo(1);
    assertThat(silences).isEqualTo(10);
  }

  @Test
  void itMovesNoMoreThanItWasAskedTo() {
    arrives("1", "q");
    arrives("2", "q");
    assertThat(redrive.run(1)).isEqualTo(1);
    assertThat(silences).isZero();
  }
}
