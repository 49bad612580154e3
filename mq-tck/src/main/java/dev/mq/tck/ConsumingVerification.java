package dev.mq.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.AckMode;
import dev.mq.api.Capability;
import dev.mq.api.DedupStore;
import dev.mq.api.Delivery;
import dev.mq.api.Message;
import dev.mq.api.Producer;
import dev.mq.api.Receiver;
import dev.mq.api.Retry;
import dev.mq.api.SettleResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How many, how many at a time, in which order, for how long. */
abstract class ConsumingVerification extends Verification {
  @Guarantee("A-11")
  @Test
  void aConsumerNeverHoldsMoreThanItsPrefetch() {
    int prefetch = 5;
    int count = 40;
    String queue = kit().queue("q");
    fill(queue, numbered("m", count));
    List<Delivery> held = new ArrayList<>();
    List<String> others = new ArrayList<>();
    try (Receiver greedy = a().queue(queue).consumer().prefetch(prefetch).receiver()) {
      held.addAll(SettlementVerification.take(greedy, 1));
      // The second consumer is the sentinel: when all are handed out, the first has all it gets.
      try (Receiver second = b().queue(queue).consumer().receiver()) {
        Timing.Deadline deadline = new Timing.Deadline();
        while (held.size() + others.size() < count && !deadline.isOver()) {
          held.addAll(greedy.receiveBatch(count, Duration.ZERO));
          for (Delivery d : second.receiveBatch(count, Duration.ofMillis(20))) {
            others.add(d.message().text());
            d.ack();
          }
        }
        Eventually.done("settled", second.flush());
      }
      assertThat(held)
          .as(
              "unsettled at one consumer of prefetch %d; another one got %d of %d",
              prefetch, others.size(), count)
          .hasSizeBetween(1, prefetch);
      assertThat(held.size() + others.size()).as("handed out in all").isEqualTo(count);
    }
    assertThat(drain(queue, held.size())).as("given back by the first").hasSameSizeAs(held);
  }

  @Guarantee("A-11")
  @Test
  void withAPrefetchOfOneTheNextComesOnlyAfterTheSettlement() {
    String queue = kit().queue("q");
    fill(queue, numbered("m", 10));
    AtomicInteger open = new AtomicInteger();
    Seen<Integer> openAtArrival = new Seen<>("unsettled when a delivery arrived");
    Seen<Delivery> arrived = new Seen<>("deliveries");
    try (var c =
        b().queue(queue)
            .consumer()
            .prefetch(1)
            .ackMode(AckMode.MANUAL)
            .start(
                d -> {
                  openAtArrival.add(open.incrementAndGet());
                  arrived.add(d);
                })) {
      for (int i = 0; i < 10; i++) {
        Delivery d = arrived.await(i + 1).get(i);
        open.decrementAndGet();
        d.ack();
      }
      Eventually.done("settled", c.flush());
    }
    assertThat(openAtArrival.all()).as("unsettled at each arrival").containsOnly(1);
  }

  @Guarantee("A-16")
  @Test
  void aReadyMessageStartsWithinTheBoundWhileOneOfFourSlotsIsFree() {
    Duration bound = Timing.scaled(Duration.ofMillis(kit().needs(Capability.START_BOUND_MILLIS)));
    String queue = kit().queue("q");
    CountDownLatch release = new CountDownLatch(1);
    Seen<String> blocked = new Seen<>("blocked handlers");
    Seen<String> started = new Seen<>("started messages");
    List<Duration> waits = new ArrayList<>();
    try (Producer p = a().queue(queue).producer().open();
        var c =
            b().queue(queue)
                .consumer()
                .concurrency(4)
                .start(
                    d -> {
                      if (d.message().text().equals("block")) {
                        blocked.add("block");
                        release.await();
                      } else {
                        started.add(d.message().text());
                      }
                    })) {
      try {
        for (int i = 1; i <= 3; i++) {
          p.send(text("block"));
          blocked.await(i);
        }
        for (int i = 0; i < 20; i++) {
          long sent = Timing.nanos();
          p.send(text("m" + i));
          started.await(i + 1);
          waits.add(Timing.since(sent));
        }
      } finally {
        release.countDown();
      }
      Eventually.done("settled", c.flush());
    }
    // One wait may be a pause of this JVM or machine; a lane that waits for slow ones is late
    // often.
    assertThat(waits.stream().filter(w -> w.compareTo(bound) > 0).toList())
        .as("waits longer than the declared bound of %s, of %s", bound, waits)
        .hasSizeLessThanOrEqualTo(1);
  }

  @Guarantee("O-01")
  @Test
  void oneSerialConsumerGetsTheOrderOfThePublisher() {
    kit().needs(Capability.QUEUE_FIFO);
    String queue = kit().queue("q");
    List<String> sent = numbered("m", 300);
    Seen<String> handled = new Seen<>("handled from " + queue);
    try (var c = b().queue(queue).consumer().start(d -> handled.add(d.message().text()));
        Producer p = a().queue(queue).producer().open()) {
      sendUnwaited(p, sent);
      handled.await(sent.size());
      Eventually.done("settled", c.flush());
    }
    ProducingVerification.assertInOrder(sent, handled.all());
  }

  @Guarantee({"O-03", "O-08"})
  @Test
  void messagesOfOneKeyKeepTheirOrderAndNeverOverlap() {
    kit().needs(Capability.QUEUE_FIFO);
    String queue = kit().queue("q");
    int count = 100;
    ConcurrentHashMap<String, AtomicInteger> running = new ConcurrentHashMap<>();
    Seen<Message> handled = new Seen<>("handled from " + queue);
    Seen<String> overlaps = new Seen<>("overlaps");
    List<Message> sent = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sent.add(Message.builder().key("k" + i % 5).body(Integer.toString(i)).build());
    }
    fillMessages(queue, sent);
    try (var c =
        b().queue(queue)
            .consumer()
            .concurrency(4)
            .serialBy(Message::key)
            .start(
                d -> {
                  String key = String.valueOf(d.message().key());
                  AtomicInteger now = running.computeIfAbsent(key, k -> new AtomicInteger());
                  if (now.incrementAndGet() > 1) {
                    overlaps.add(key + " at " + d.message().text());
                  }
                  Thread.onSpinWait();
                  handled.add(d.message());
                  now.decrementAndGet();
                })) {
      handled.await(count);
      Eventually.done("settled", c.flush());
    }
    assertThat(overlaps.all()).as("two handlers of one key at the same time").isEmpty();
    for (int k = 0; k < 5; k++) {
      String key = "k" + k;
      assertThat(handled.all().stream().filter(m -> key.equals(m.key())).map(Message::text))
          .as("order of %s", key)
          .containsExactlyElementsOf(
              sent.stream().filter(m -> key.equals(m.key())).map(Message::text).toList());
    }
  }

  @Guarantee("Y-05")
  @Test
  void pullingGivesNothingOfAnEmptyQueueAndWhatComesLater() {
    String queue = kit().queue("q");
    try (Receiver r = b().queue(queue).consumer().receiver()) {
      assertThat(r.receive(Duration.ZERO)).as("an empty queue, no wait").isNull();
      fill(queue, numbered("m", 3));
      for (String text : numbered("m", 3)) {
        // Each is settled before the next is asked for: how many one may hold is another promise.
        Delivery d = SettlementVerification.take(r, 1).get(0);
        assertThat(d.message().text()).isEqualTo(text);
        d.ack();
      }
      Eventually.done("settled", r.flush());
    }
    assertThat(drain(queue, 0)).as("acked").isEmpty();
  }

  @Guarantee("A-17")
  @Test
  void aProgramMayHoldSomeWhileMoreArrive() {
    int hold = kit().needs(Capability.MIN_HOLD);
    String queue = kit().queue("q");
    List<Delivery> held = new ArrayList<>();
    try (Producer p = a().queue(queue).producer().open();
        Receiver r = b().queue(queue).consumer().prefetch(100).concurrency(16).receiver()) {
      for (String body : numbered("m", hold)) {
        p.send(text(body));
        List<Delivery> next = r.receiveBatch(1, Timing.patience());
        assertThat(next)
            .as("the next delivery while %d of at least %d are held", held.size(), hold)
            .hasSize(1);
        held.addAll(next);
      }
      assertThat(held.stream().map(d -> d.message().text()))
          .as("held at the same time")
          .containsExactlyInAnyOrderElementsOf(numbered("m", hold));
      held.forEach(Delivery::ack);
      assertThat(Eventually.done("settled", r.flush())).isEqualTo(SettleResult.SETTLED);
    }
    assertThat(drain(queue, 0)).as("acked").isEmpty();
  }

  @Test
  void aMessageThatWasSentAgainIsHandledOnceByAConsumerThatDeduplicates() {
    String queue = kit().queue("q");
    Seen<String> handled = new Seen<>("handled of " + queue);
    try (Producer p = a().queue(queue).producer().open();
        var c =
            b().queue(queue)
                .consumer()
                .deduplicate(DedupStore.inMemory(1000))
                .retry(Retry.backoff(Duration.ZERO, Duration.ZERO))
                .start(
                    d -> {
                      handled.add(d.message().text() + " " + d.failures());
                      if (d.message().text().equals("fails once") && d.failures() == 0) {
                        throw new IllegalStateException("the first attempt");
                      }
                    })) {
      Message twice = Message.builder().body("twice").build();
      p.send(twice);
      p.send(Message.builder().body("fails once").build());
      p.send(twice);
      p.send(text("last"));
      handled.await(4);
      Eventually.done("settled", c.flush());
    }
    assertThat(handled.all())
        .containsExactlyInAnyOrder("twice 0", "fails once 0", "fails once 1", "last 0");
    assertThat(drain(queue, 0)).as("acked").isEmpty();
  }

  @Guarantee("A-13")
  @Test
  void aHandlerBeyondItsMaxHoldIsInterruptedAndHasFailed() {
    String queue = kit().queue("q");
    CountDownLatch never = new CountDownLatch(1);
    Seen<String> events = new Seen<>("handler of " + queue);
    try (var c =
        b().queue(queue)
            .consumer()
            .maxHold(Duration.ofMillis(300))
            .retry(Retry.backoff(Duration.ofMillis(1), Duration.ofMillis(1)))
            .start(
                d -> {
                  if (d.failures() > 0) {
                    events.add("again with failures=" + d.failures());
                    return;
                  }
                  try {
                    never.await();
                  } catch (InterruptedException e) {
                    events.add("interrupted");
                    throw e;
                  }
                })) {
      fill(queue, List.of("m"));
      events.await(2);
      Eventually.done("settled", c.flush());
    }
    assertThat(events.all()).containsExactlyInAnyOrder("interrupted", "again with failures=1");
    assertThat(drain(queue, 0)).as("acked at the second attempt").isEmpty();
  }

  @Guarantee("A-13")
  @Test
  void aHandlerThatOutlivesTheLeaseKeepsItsMessage() throws Exception {
    Duration lease = kit().harness().lease();
    Duration hold = lease.isZero() ? Duration.ofMillis(300) : lease.multipliedBy(5).dividedBy(2);
    String queue = kit().queue("q");
    CountDownLatch held = new CountDownLatch(1);
    Seen<Got> seen = new Seen<>("handled from " + queue);
    Seen<SettleResult> results = new Seen<>("results of the ack");
    try (var c =
        b().queue(queue)
            .consumer()
            .prefetch(1)
            .start(
                d -> {
                  seen.add(Got.of(d));
                  // The time is what is tested: nothing may happen before it is over.
                  boolean interrupted = held.await(hold.toNanos(), TimeUnit.NANOSECONDS);
                  assertThat(interrupted).isFalse();
                  d.ack();
                  results.add(Eventually.done("settled", d.settled()));
                })) {
      fill(queue, List.of("long"));
      results.await(1);
      assertThat(c.isPaused()).isFalse();
    }
    assertThat(results.all())
        .as("ack after %s, lease %s", hold, lease)
        .containsExactly(SettleResult.SETTLED);
    assertThat(seen.all()).as("deliveries of the message that was held").hasSize(1);
    assertThat(drain(queue, 0)).as("given to somebody else while it was held").isEmpty();
  }
}
