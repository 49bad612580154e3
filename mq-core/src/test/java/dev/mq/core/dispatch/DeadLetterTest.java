package dev.mq.core.dispatch;

import static dev.mq.core.dispatch.FakeBroker.limited;
import static dev.mq.core.dispatch.FakeBroker.message;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mq.api.BrokerEvent;
import dev.mq.api.Codec;
import dev.mq.api.Delivery;
import dev.mq.api.ErrorCode;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.Receiver;
import dev.mq.api.Retry;
import dev.mq.core.runtime.WireHeaders;
import dev.mq.spi.SettleOutcome;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that are moved to a dead-letter queue, and those for which there is none. */
@Timeout(60)
class DeadLetterTest {
  @RegisterExtension final FakeBroker broker = FakeBroker.withManualTime();
  private final FakeQueue queue = broker.queue("q");
  private final FakeQueue dead = broker.queue("dead");

  @Test
  void deadLetterThatFailsIsNeverLostAndToldOnce() {
    queue.add(message("m"));
    broker.publishError = new MqException(ErrorCode.UNAVAILABLE, true, true, "down", null);
    AtomicInteger calls = new AtomicInteger();
    broker
        .consumer("q")
        .retry(Retry.defaults().deadLetter("dead"))
        .start(
            (Delivery d) -> {
              calls.incrementAndGet();
              d.reject();
            });
    await().until(() -> broker.events(BrokerEvent.Type.DEAD_LETTER_FAILED).size() == 1);
    assertThat(queue.settlements()).isEmpty();
    broker.publishError = null;
    // The event comes before the wait begins.
    await()
        .until(
            () -> {
              broker.manual.advance(ofSeconds(2));
              return dead.waiting().size() == 1;
            });
    assertThat(calls).hasValue(2);
    assertThat(broker.events(BrokerEvent.Type.DEAD_LETTER_FAILED)).hasSize(1);
    await().until(() -> queue.settledIds(SettleOutcome.ACK).size() == 1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void deadLetterThatFailsAtTheLimitIsCountedSoThatTheHandlerDoesNotRunAgain(boolean nativeRetry) {
    broker.nativeRetry = nativeRetry;
    queue.add(message("m"));
    AtomicInteger calls = new AtomicInteger();
    broker
        .consumer("q")
        .retry(limited(1))
        .start(
            (Delivery d) -> {
              calls.incrementAndGet();
              broker.publishError =
                  new MqException(ErrorCode.UNAVAILABLE, true, true, "down", null);
              throw new IllegalStateException();
            });
    await().until(() -> broker.events(BrokerEvent.Type.DEAD_LETTER_FAILED).size() == 1);
    broker.publishError = null;
    await()
        .until(
            () -> {
              broker.manual.advance(ofMinutes(1));
              return dead.waiting().size() == 1;
            });
    assertThat(calls).hasValue(1);
    assertThat(dead.waiting().get(0).headers().value(WireHeaders.FAILURES)).isEqualTo(1L);
  }

  @Test
  void exceptionTypesThatMeanRejectAreFoundInTheCauses() {
    queue.add(message("direct"));
    queue.add(message("cause"));
    queue.add(message("other"));
    broker
        .consumer("q")
        .retry(Retry.defaults().rejectOn(ArithmeticException.class).deadLetter("dead"))
        .start(
            (Delivery d) -> {
              switch (d.message().id()) {
                case "direct" -> throw new ArithmeticException("secret-free");
                case "cause" ->
                    throw new java.io.IOException(
                        new IllegalStateException(new ArithmeticException()));
                default -> throw new IllegalStateException();
              }
            });
    await().until(() -> dead.waiting().size() == 2);
    assertThat(dead.waiting()).extracting(Message::id).containsExactly("direct", "cause");
    assertThat(dead.waiting().get(0).headers().text(WireHeaders.DEAD_REASON)).isEqualTo("rejected");
    assertThat(dead.waiting().get(0).headers().text(WireHeaders.DEAD_ERROR))
        .isEqualTo("java.lang.ArithmeticException: secret-free");
  }

  @Test
  void errorTextOnADeadLetterIsCutTo200Characters() {
    queue.add(message("m"));
    broker
        .consumer("q")
        .retry(limited(1))
        .start(
            (Delivery d) -> {
              throw new IllegalStateException("x".repeat(1000));
            });
    await().until(() -> dead.waiting().size() == 1);
    assertThat(dead.waiting().get(0).headers().text(WireHeaders.DEAD_ERROR)).hasSize(200);
  }

  @Test
  void rejectWithoutADeadLetterQueueDiscardsAndSaysSo() {
    queue.add(message("m"));
    broker.consumer("q").start((Delivery d) -> d.reject());
    await().until(() -> queue.settledIds(SettleOutcome.ACK).size() == 1);
    await().until(() -> broker.events(BrokerEvent.Type.DROPPED).size() == 1);
  }

  @Test
  void undecodableBodyIsDeadLetteredOnceWithoutARetry() {
    queue.add(Message.builder().id("bad").body(new byte[] {(byte) 0xff}).build());
    queue.add(message("good"));
    List<String> seen = new CopyOnWriteArrayList<>();
    broker
        .consumer("q")
        .as(Codec.text())
        .retry(Retry.defaults().deadLetter("dead"))
        .intercept(
            (d, next) -> {
              try {
                next.handle(d);
              } catch (dev.mq.api.DecodeException e) {
                // Swallowed: it must not turn into an ack.
              }
            })
        .start((body, d) -> seen.add(body));
    await().until(() -> dead.waiting().size() == 1 && seen.size() == 1);
    assertThat(dead.waiting().get(0).headers().text(WireHeaders.DEAD_REASON))
        .isEqualTo("undecodable");
    assertThat(seen).containsExactly("good");
  }

  @Test
  void undecodableBodyStaysWhenThereIsNowhereToPutIt() {
    broker.nativeRetry = true;
    queue.add(Message.builder().id("bad").body(new byte[] {(byte) 0xff}).build());
    broker.consumer("q").as(Codec.text()).start((body, d) -> assertThat(body).isNull());
    await().until(() -> queue.settlements().size() == 1);
    assertThat(queue.settlements().get(0).outcome()).isEqualTo(SettleOutcome.RETRY);
    assertThat(queue.settlements().get(0).delayNanos()).isEqualTo(ofMinutes(1).toNanos());
    assertThat(broker.events(BrokerEvent.Type.KEEPS_FAILING)).hasSize(1);
  }

  @Test
  void expiredMessagesAreNotDelivered() {
    Message short1 = message("short").toBuilder().timeToLive(ofSeconds(1)).build();
    Message long1 = message("long").toBuilder().timeToLive(ofSeconds(100)).build();
    queue.add(short1);
    queue.add(long1);
    broker.manual.advance(ofSeconds(2));
    Receiver r = broker.consumer("q").retry(Retry.defaults().deadLetter("dead")).receiver();
    assertThat(r.receive(ofSeconds(5)).message().id()).isEqualTo("long");
    await().until(() -> dead.waiting().size() == 1);
    Message letter = dead.waiting().get(0);
    assertThat(letter.headers().text(WireHeaders.DEAD_REASON)).isEqualTo("expired");
    assertThat(letter.timeToLive()).isNull();
  }

  @Test
  void crashLoopEndsInTheDeadLetterQueueAndFailuresDoNotCount() {
    queue.add(message("crashing"), 5, 0);
    queue.add(message("failing"), 50, 49);
    Receiver r =
        broker.consumer("q").maxDeliveries(5).retry(Retry.defaults().deadLetter("dead")).receiver();
    assertThat(r.receive(ofSeconds(5)).message().id()).isEqualTo("failing");
    await().until(() -> dead.waiting().size() == 1);
    assertThat(dead.waiting().get(0).headers().text(WireHeaders.DEAD_REASON))
        .isEqualTo("delivery-limit");
  }

  @Test
  void crashLoopWithoutADeadLetterQueueIsNeverDroppedAndToldOnce() {
    queue.add(message("m"), 4, 0);
    Receiver r = broker.consumer("q").maxDeliveries(5).receiver();
    for (int i = 0; i < 6; i++) {
      r.receive(ofSeconds(5)).release();
    }
    assertThat(broker.events(BrokerEvent.Type.KEEPS_FAILING)).hasSize(1);
  }
}
