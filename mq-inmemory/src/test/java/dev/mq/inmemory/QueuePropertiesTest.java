package dev.mq.inmemory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.ErrorCode;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.api.Overflow;
import dev.mq.api.QueueSpec;
import dev.mq.api.SettleResult;
import dev.mq.inmemory.Taker.Taken;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.SubscribeOptions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QueuePropertiesTest {
  private final InMemoryEngine engine = InMemoryEngine.create();
  private final Client client = Client.of(engine);

  @AfterEach
  void closeEngine() {
    engine.close();
  }

  @Test
  void aFullQueueThatRejectsFailsTheSurplusAndLosesNothing() {
    BackendQueue queue = client.queue(QueueSpec.builder("q").maxLength(2, Overflow.REJECT_PUBLISH));
    Sent sent = client.publish(queue, "a", "b", "c", "d");
    assertThat(sent.outcomes().subList(0, 2)).containsExactly("ok", "ok");
    assertThat(sent.error(2))
        .isInstanceOfSatisfying(
            MqException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.QUEUE_FULL);
              assertThat(e.isDefinite()).isTrue();
              assertThat(e).hasMessageContaining("queue:q");
            });
    assertThat(sent.error(3)).isInstanceOf(MqException.class);
    Taker taker = client.take(queue);
    List<Taken> taken = taker.now();
    assertThat(Taker.texts(taken)).containsExactly("a", "b");
    assertThat(client.publish(queue, "e").outcomes())
        .as("what is in hand does not wait")
        .containsExactly("ok");
  }

  @Test
  void aFullQueueThatDropsLosesExactlyTheOldestSurplus() {
    BackendQueue queue = client.queue(QueueSpec.builder("q").maxLength(3, Overflow.DROP_HEAD));
    assertThat(client.publish(queue, "a", "b", "c", "d", "e").outcomes()).containsOnly("ok");
    assertThat(Taker.texts(client.take(queue).now())).containsExactly("c", "d", "e");
  }

  @Test
  void aFullQueueWithPrioritiesDropsTheOldestWhateverItsPriority() {
    BackendQueue queue =
        client.queue(QueueSpec.builder("q").maxPriority(9).maxLength(3, Overflow.DROP_HEAD));
    publish(queue, 5, "old");
    publish(queue, 0, "low");
    publish(queue, 9, "high");
    publish(queue, 0, "newest");
    assertThat(Taker.texts(client.take(queue).now())).containsExactly("high", "low", "newest");
  }

  @Test
  void aDelayedMessageCountsAndCanBeDroppedAsTheOldest() {
    BackendQueue queue = client.queue(QueueSpec.builder("q").maxLength(2, Overflow.DROP_HEAD));
    client.publish(queue, "a");
    Taker taker = client.take(queue);
    taker.retry(taker.now().get(0), Duration.ofSeconds(10));
    client.publish(queue, "b", "c");
    assertThat(Taker.texts(taker.now())).containsExactly("b", "c");
    engine.clock().advance(Duration.ofMinutes(1));
    assertThat(taker.now()).isEmpty();
  }

  @Test
  void higherPriorityComesFirstAndOrderIsKeptWithinOne() {
    BackendQueue queue = client.queue(QueueSpec.builder("q").maxPriority(31));
    publish(queue, 1, "c", "d");
    publish(queue, 31, "a", "b");
    publish(queue, 0, "e");
    publish(queue, 200, "b2");
    assertThat(Taker.texts(client.take(queue).now()))
        .containsExactly("a", "b", "b2", "c", "d", "e");
  }

  @Test
  void withoutPrioritiesTheyAreIgnored() {
    BackendQueue queue = client.queue("q");
    publish(queue, 1, "a");
    publish(queue, 9, "b");
    assertThat(Taker.texts(client.take(queue).now())).containsExactly("a", "b");
  }

  @Test
  void expiredMessagesAreHandedOutWithTheTimeTheyWereStored() {
    BackendQueue queue = client.queue(QueueSpec.builder("q").timeToLive(Duration.ofSeconds(1)));
    long first = engine.clock().now().toEpochMilli();
    client.publish(queue, "a");
    engine.clock().advance(Duration.ofDays(40));
    client.publish(queue, "b");
    engine.clock().advance(Duration.ofMillis(7));
    client.publish(queue, "c");
    assertThat(client.take(queue).now())
        .extracting(Taken::storedAtMillis)
        .containsExactly(first, first + 40L * 86_400_000, first + 40L * 86_400_000 + 7);
  }

  @Test
  void onlyTheFirstSubscriptionOfASingleActiveConsumerQueueGetsMessagesUntilItEnds() {
    BackendQueue queue = client.queue(QueueSpec.builder("q").singleActiveConsumer());
    Taker first = client.take(queue, 1);
    Taker second = client.take(queue);
    client.publish(queue, "a", "b");
    assertThat(second.now()).isEmpty();
    assertThat(Taker.texts(first.now())).containsExactly("a");
    assertThat(second.now()).as("although the active one has no room").isEmpty();
    first.close();
    List<Taken> taken = second.now();
    assertThat(Taker.texts(taken)).containsExactly("a", "b");
    assertThat(taken.get(0).attempt()).isEqualTo(2);
  }

  @Test
  void anExclusiveQueueIsRefusedToOthersAndGoesWithItsOwner() {
    BackendQueue queue = client.queue(QueueSpec.builder("q").exclusive());
    client.publish(queue, "a");
    Client other = Client.of(engine);
    BackendQueue seen = other.queues.open("q", "1");
    assertThat(other.publish(seen, "b").outcomes()).as("anybody may publish").containsExactly("ok");
    for (Runnable refused :
        List.<Runnable>of(
            () -> other.take(seen),
            () -> other.queues.purge(seen),
            () -> other.queues.delete("q", "1"),
            () -> other.queue(QueueSpec.builder("q").exclusive()))) {
      assertThatThrownBy(refused::run)
          .isInstanceOfSatisfying(
              MqException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OWNED_BY_OTHER));
    }
    assertThat(Taker.texts(client.take(queue).now())).containsExactly("a", "b");
    client.close();
    assertThatThrownBy(() -> other.queues.open("q", "1")).isInstanceOf(NotFoundException.class);
    assertThat(other.publish(seen, "c").error(0)).isInstanceOf(NotFoundException.class);
  }

  @Test
  void aTemporaryQueueGoesWithItsLastSubscription() {
    BackendQueue queue = client.queue(QueueSpec.builder("q").temporary());
    client.publish(queue, "a");
    Taker one = client.take(queue);
    Taker two = client.take(queue);
    one.close();
    assertThat(client.queues.depth(queue)).isEqualTo(1);
    two.close();
    assertThatThrownBy(() -> client.queues.open("q", "1")).isInstanceOf(NotFoundException.class);
  }

  @Test
  void purgeRemovesWhatWaitsAndLeavesWhatIsInHand() {
    BackendQueue queue = client.queue("q");
    client.publish(queue, "a", "b", "c", "d");
    Taker taker = client.take(queue, 2);
    List<Taken> taken = taker.now();
    taker.retry(taken.get(1), Duration.ofSeconds(1));
    assertThat(client.queues.depth(queue)).isEqualTo(4);
    assertThat(client.queues.purge(queue)).isEqualTo(3);
    assertThat(client.queues.depth(queue)).isEqualTo(1);
    engine.clock().advance(Duration.ofSeconds(2));
    assertThat(taker.now()).isEmpty();
    assertThat(taker.ack(taken.get(0))).isEqualTo(SettleResult.SETTLED);
    client.publish(queue, "e");
    assertThat(Taker.texts(taker.now())).containsExactly("e");
  }

  @Test
  void browseShowsWhatWaitsInOrderAndTakesNothing() {
    BackendQueue queue = client.queue(QueueSpec.builder("q").maxPriority(1));
    publish(queue, 0, "c", "d");
    publish(queue, 1, "a", "b");
    assertThat(client.queues.browse(queue, 3).orElseThrow())
        .extracting(Message::text)
        .containsExactly("a", "b", "c");
    assertThat(client.queues.depth(queue)).isEqualTo(4);
    assertThat(engine.queue("q").messages()).hasSize(4);
    Taker taker = client.take(queue, 1);
    taker.now();
    assertThat(engine.queue("q").messages())
        .extracting(Message::text)
        .containsExactly("b", "c", "d");
    assertThat(engine.queue("q").inHand()).extracting(Message::text).containsExactly("a");
  }

  @Test
  void deletingAQueueCancelsItsSubscriptionsOnceAndANewOneOfItsNameIsEmpty() {
    for (int round = 0; round < 50; round++) {
      String incarnation = "i" + round;
      BackendQueue queue = client.queues.create(QueueSpec.of("q"), incarnation);
      client.publish(queue, "old");
      Taker taker = client.take(queue);
      List<Taken> taken = taker.now(1);
      client.queues.delete("q", incarnation);
      client.queues.delete("q", incarnation);
      assertThat(taker.events).containsExactly("lost all", "cancelled");
      assertThat(taker.ackAll(taken)).containsExactly(SettleResult.LEASE_LOST);
      assertThat(taker.now()).isEmpty();
      taker.close();
      assertThat(client.publish(queue, "late").error(0)).isInstanceOf(NotFoundException.class);
      BackendQueue next = client.queues.create(QueueSpec.of("q"), incarnation + "+");
      assertThat(client.take(next).now()).isEmpty();
      client.queues.delete("q", incarnation + "+");
    }
  }

  @Test
  void twoIncarnationsOfOneNameAreTwoQueues() {
    BackendQueue old = client.queues.create(QueueSpec.of("q"), "1");
    BackendQueue young = client.queues.create(QueueSpec.of("q"), "2");
    client.publish(old, "old");
    client.publish(young, "young");
    assertThat(engine.queue("q").messages()).extracting(Message::text).containsExactly("young");
    client.queues.delete("q", "1");
    assertThat(Taker.texts(client.take(young).now())).containsExactly("young");
    assertThat(client.queues.create(QueueSpec.of("q"), "2")).isSameAs(young);
  }

  @Test
  void settleOnReceiveLeavesNothingInHandWhateverThePrefetch() {
    BackendQueue queue = client.queue("q");
    client.publish(queue, "a", "b", "c");
    Taker taker = new Taker(client.queues, queue, new SubscribeOptions("c", 1, 1, true));
    assertThat(Taker.texts(taker.now())).containsExactly("a", "b", "c");
    assertThat(client.queues.depth(queue)).isZero();
  }

  private void publish(BackendQueue queue, int priority, String... texts) {
    Sent sent = new Sent();
    for (String t : texts) {
      sent.add(queue, Message.builder().body(t).priority(priority).build());
    }
    client.publisher.publish(sent);
    assertThat(sent.outcomes()).containsOnly("ok");
  }
}
