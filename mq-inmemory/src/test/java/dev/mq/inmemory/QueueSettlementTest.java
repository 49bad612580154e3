package dev.mq.inmemory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.SettleResult;
import dev.mq.inmemory.Taker.Taken;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.SettleOutcome;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QueueSettlementTest {
  private final InMemoryEngine engine = InMemoryEngine.create();
  private final Client client = Client.of(engine);
  private final BackendQueue queue = client.queue("q");

  @AfterEach
  void closeEngine() {
    engine.close();
  }

  @Test
  void ackedMessagesAreGoneAndTheOthersReturnFlaggedWhenTheirSubscriptionCloses() {
    assertThat(client.publish(queue, "a", "b", "c", "d", "e").outcomes()).containsOnly("ok");
    Taker first = client.take(queue);
    List<Taken> taken = first.now();
    assertThat(Taker.texts(taken)).containsExactly("a", "b", "c", "d", "e");
    assertThat(taken).allMatch(t -> t.attempt() == 1 && t.failures() == 0);
    first.ackAll(List.of(taken.get(0), taken.get(3), taken.get(1)));
    first.close();
    List<Taken> again = client.take(queue).now();
    assertThat(Taker.texts(again)).containsExactly("c", "e");
    assertThat(again).allMatch(t -> t.attempt() == 2 && t.failures() == 0);
  }

  @Test
  void aSecondOrLateSettlementIsAnsweredLeaseLostAndSettlesNothing() {
    client.publish(queue, "a", "b");
    Taker taker = client.take(queue);
    List<Taken> taken = taker.now();
    assertThat(taker.ack(taken.get(0))).isEqualTo(SettleResult.SETTLED);
    assertThat(taker.ack(taken.get(0))).isEqualTo(SettleResult.LEASE_LOST);
    assertThat(taker.releaseAll(taken))
        .containsExactly(SettleResult.LEASE_LOST, SettleResult.SETTLED);
    List<Taken> again = taker.now();
    assertThat(Taker.texts(again)).containsExactly("b");
    assertThat(taker.ack(taken.get(1)))
        .as("the token of the first delivery")
        .isEqualTo(SettleResult.LEASE_LOST);
    taker.close();
    assertThat(taker.ack(again.get(0))).isEqualTo(SettleResult.LEASE_LOST);
    assertThat(Taker.texts(client.take(queue).now())).containsExactly("b");
  }

  @Test
  void aTokenOfAnotherSubscriptionSettlesNothingThere() {
    client.publish(queue, "a");
    Taker one = client.take(queue);
    Taker two = client.take(queue);
    List<Taken> taken = one.now();
    assertThat(two.ackAll(taken)).containsExactly(SettleResult.LEASE_LOST);
    assertThat(one.ackAll(taken)).containsExactly(SettleResult.SETTLED);
  }

  @Test
  void retryCountsTheFailureAndReturnsTheMessageToItsPlaceAfterItsDelay() {
    client.publish(queue, "a", "b", "c");
    Taker taker = client.take(queue);
    Taken a = taker.now(1).get(0);
    taker.retry(a, Duration.ofSeconds(30));
    assertThat(Taker.texts(taker.now(1))).containsExactly("b");
    engine.clock().advance(Duration.ofSeconds(29));
    assertThat(client.queues.depth(queue)).isEqualTo(3);
    engine.clock().advance(Duration.ofSeconds(1));
    List<Taken> rest = taker.now();
    assertThat(Taker.texts(rest)).containsExactly("a", "c");
    assertThat(rest.get(0).failures()).isEqualTo(1);
    assertThat(rest.get(0).attempt()).isEqualTo(2);
    assertThat(rest.get(1).failures()).isZero();
  }

  @Test
  void neverMoreThanPrefetchAreInHand() {
    client.publish(queue, "a", "b", "c");
    Taker taker = client.take(queue, 2);
    List<Taken> taken = taker.now();
    assertThat(taken).hasSize(2);
    assertThat(taker.now()).isEmpty();
    taker.settle(SettleOutcome.ACK, Duration.ZERO, taken.get(1).token());
    assertThat(Taker.texts(taker.now())).containsExactly("c");
  }
}
