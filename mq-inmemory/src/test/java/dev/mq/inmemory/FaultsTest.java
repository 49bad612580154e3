package dev.mq.inmemory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mq.api.ErrorCode;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.OutcomeUnknownException;
import dev.mq.api.SettleResult;
import dev.mq.inmemory.Taker.Taken;
import dev.mq.spi.BackendLog;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.ErrorClass;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FaultsTest {
  private final InMemoryEngine engine = InMemoryEngine.create();
  private final Client client = Client.of(engine);
  private final BackendQueue queue = client.queue("q");

  @AfterEach
  void closeEngine() {
    engine.close();
  }

  @Test
  void aLostConfirmIsStoredAndUnknownToItsPublisherOnly() {
    engine.faults(1).loseConfirm("q").onSend(2);
    Sent sent = client.publish(queue, "a", "b", "c");
    assertThat(sent.outcomes().get(0)).isEqualTo("ok");
    assertThat(sent.error(1)).isInstanceOf(OutcomeUnknownException.class);
    assertThat(sent.outcomes().get(2)).isEqualTo("ok");
    assertThat(Taker.texts(client.take(queue).now())).containsExactly("a", "b", "c");
    engine.assertAllFaultsFired();
  }

  @Test
  void aFailedPublishIsStoredNowhereAndDefinite() {
    engine.faults(1).failPublish("queue:q").onSend(1);
    Sent sent = client.publish(queue, "a", "b");
    ErrorClass c = client.session.classify(sent.error(0));
    assertThat(c).isEqualTo(new ErrorClass(ErrorCode.UNAVAILABLE, true, true));
    assertThat(Taker.texts(client.take(queue).now())).containsExactly("b");
  }

  @Test
  void aDuplicateIsStoredTwiceAndConfirmedOnce() {
    BackendLog log = client.log("l", 1);
    engine.faults(1).duplicate("q").onSend(1).duplicate("l").onSend(1);
    assertThat(client.publish(queue, "a").outcomes()).containsExactly("ok");
    assertThat(client.append(log, 0, "a", "b").outcomes()).containsExactly("ok 0/0", "ok 0/2");
    assertThat(Taker.texts(client.take(queue).now())).containsExactly("a", "a");
  }

  @Test
  void aDelayedConfirmComesByTheClockOrIsUnknownWhenThePublisherClosesFirst() {
    engine
        .faults(1)
        .delay("q", Duration.ofSeconds(2))
        .onSend(1)
        .delay("q", Duration.ofSeconds(9))
        .onSend(2);
    Sent first = client.publish(queue, "a");
    Sent second = client.publish(queue, "b");
    assertThat(client.queues.depth(queue)).isEqualTo(2);
    assertThat(first.outcomes()).containsExactly("open");
    engine.clock().advance(Duration.ofSeconds(2));
    assertThat(first.outcomes()).containsExactly("ok");
    client.publisher.close(Duration.ofSeconds(1));
    assertThat(second.error(0)).isInstanceOf(OutcomeUnknownException.class);
    engine.clock().advance(Duration.ofSeconds(20));
  }

  @Test
  void copiesOfOneSendForSeveralQueuesCountOnceAndShareItsFate() {
    BackendQueue other = client.queue("other");
    engine.faults(1).loseConfirm("exchange:orders").onSend(2);
    Message one = Client.message("one");
    Message two = Client.message("two");
    Sent sent =
        new Sent().to("orders").add(queue, one).add(other, one).add(queue, two).add(other, two);
    client.publisher.publish(sent);
    assertThat(sent.outcomes().subList(0, 2)).containsExactly("ok", "ok");
    assertThat(sent.error(2)).isInstanceOf(OutcomeUnknownException.class);
    assertThat(sent.error(3)).isInstanceOf(OutcomeUnknownException.class);
    Sent again = new Sent().to("orders").add(queue, two).add(other, two);
    client.publisher.publish(again);
    assertThat(again.outcomes()).as("the same message sent again").containsExactly("ok", "ok");
  }

  @Test
  void randomFaultsRepeatWithTheirSeed() {
    List<List<Boolean>> runs = new java.util.ArrayList<>();
    for (int run = 0; run < 2; run++) {
      engine.faults(42).clear().failPublish("q").withProbability(0.5);
      List<Boolean> failed = new java.util.ArrayList<>();
      for (int i = 0; i < 50; i++) {
        failed.add(client.publish(queue, "m").error(0) != null);
      }
      runs.add(failed);
    }
    assertThat(runs.get(0)).isEqualTo(runs.get(1)).contains(true, false);
  }

  @Test
  void aDisconnectReturnsWhatIsInHandAndHealsByTheClock() {
    client.publish(queue, "a", "b", "c");
    engine.faults(1).disconnect("q").afterDeliveries(2).healAfter(Duration.ofSeconds(5));
    Taker taker = client.take(queue);
    Taker standby = client.take(queue);
    List<Taken> taken = taker.now();
    assertThat(Taker.texts(taken)).containsExactly("a", "b");
    assertThat(taker.ackAll(taken)).containsOnly(SettleResult.LEASE_LOST);
    assertThat(taker.now()).isEmpty();
    assertThat(standby.now()).isEmpty();
    await().until(() -> client.events.contains("lost queue:q"));
    assertThat(client.publish(queue, "d").outcomes())
        .as("publishing goes on")
        .containsExactly("ok");
    assertThat(taker.events).containsExactly("lost all");
    assertThat(client.take(queue).now()).as("a new consumer is cut off as well").isEmpty();
    engine.clock().advance(Duration.ofSeconds(4));
    assertThat(taker.now()).isEmpty();
    engine.clock().advance(Duration.ofSeconds(1));
    assertThat(client.events).containsExactly("lost queue:q", "recovered queue:q");
    List<Taken> again = taker.now(4);
    again = new java.util.ArrayList<>(again);
    again.addAll(taker.now());
    again.addAll(taker.now());
    again.addAll(taker.now());
    assertThat(Taker.texts(again)).containsExactly("a", "b", "c", "d");
    assertThat(again).extracting(Taken::attempt).containsExactly(2, 2, 1, 1);
    engine.assertAllFaultsFired();
  }

  @Test
  void aDisconnectOfAQueueThatIsNotThereYetWaitsForIt() {
    engine.faults(1).disconnect("later").afterDeliveries(1).healAfter(Duration.ofSeconds(1));
    BackendQueue later = client.queue("later");
    client.publish(later, "a", "b");
    Taker taker = client.take(later);
    assertThat(taker.now()).hasSize(1);
    assertThat(taker.now()).isEmpty();
    engine.clock().advance(Duration.ofSeconds(2));
    assertThat(taker.now()).hasSize(2);
  }

  @Test
  void aRebalanceMovesEveryPartition() {
    BackendLog log = client.log("l", 2);
    Joined one = Joined.of(client, log);
    Joined two = Joined.of(client, log);
    one.poll();
    two.poll();
    engine.faults(1).rebalance("l", "g").onSend(2);
    client.append(log, 0, "a");
    one.poll();
    assertThat(one.events).containsExactly("assigned [0]");
    client.append(log, 0, "b");
    one.poll();
    two.poll();
    one.poll();
    assertThat(one.events).containsExactly("assigned [0]", "revoked [0]", "assigned [1]");
    assertThat(two.events).containsExactly("assigned [1]", "revoked [1]", "assigned [0]");
    engine.assertAllFaultsFired();
  }

  @Test
  void aRebalanceOfTheOnlyMemberTakesAndGivesBack() {
    BackendLog log = client.log("l", 2);
    Joined one = Joined.of(client, log);
    one.poll();
    engine.faults(1).rebalanceNow("l", "g");
    one.poll();
    assertThat(one.events).containsExactly("assigned [0, 1]", "revoked [0, 1]", "assigned [0, 1]");
    assertThatThrownBy(() -> engine.faults(1).rebalanceNow("none", "g"))
        .isInstanceOf(MqException.class);
  }

  @Test
  void faultsThatHaveNotHappenedAreNamedWithTheSeed() {
    engine
        .faults(77)
        .loseConfirm("q")
        .onSend(5)
        .disconnect("q")
        .afterDeliveries(1)
        .healAfter(Duration.ofSeconds(1))
        .lateTopology("x", Duration.ofSeconds(1));
    client.publish(queue, "a");
    assertThatThrownBy(engine::assertAllFaultsFired)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("seed 77")
        .hasMessageContaining("loseConfirm(\"q\").onSend(5) (met 1 sends)")
        .hasMessageContaining("disconnect(\"q\")")
        .hasMessageContaining("lateTopology(\"x\"");
    engine.faults(77).clear();
    engine.assertAllFaultsFired();
  }

  @Test
  void senselessNumbersAreRefused() {
    InMemoryFaults faults = engine.faults(1);
    assertThatThrownBy(() -> faults.loseConfirm("q").onSend(0)).isInstanceOf(MqException.class);
    assertThatThrownBy(() -> faults.loseConfirm("q").withProbability(0))
        .isInstanceOf(MqException.class);
    assertThatThrownBy(() -> faults.loseConfirm("q").withProbability(1.1))
        .isInstanceOf(MqException.class);
    assertThatThrownBy(() -> faults.disconnect("q").afterDeliveries(0))
        .isInstanceOf(MqException.class);
    assertThatThrownBy(() -> faults.loseConfirm(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("destination");
  }
}
