package dev.mq.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.Destination;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.Producer;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A thread that publishes until it is told to stop, with many sends in flight, and keeps how each
 * ended. After a failure it pauses, as a program would.
 */
final class Storm {
  private static final long PAUSE_NANOS = Duration.ofMillis(20).toNanos();

  private final AtomicBoolean stop = new AtomicBoolean();
  private final AtomicBoolean failed = new AtomicBoolean();
  private final AtomicInteger sent = new AtomicInteger();
  private final Seen<String> confirmed;
  private final Seen<String> ended;
  private final Producer producer;
  private final Thread thread;

  Storm(Destination destination, String prefix) {
    this.confirmed = new Seen<>("confirmed by " + destination);
    this.ended = new Seen<>("ended publishes to " + destination);
    this.producer =
        destination
            .producer()
            .maxInFlight(100)
            .maxBlock(Duration.ofMillis(100))
            .deliveryTimeout(Timing.scaled(Duration.ofSeconds(20)))
            .open();
    this.thread = Threads.start("storm", () -> publish(prefix));
  }

  private void publish(String prefix) {
    while (!stop.get()) {
      String body = prefix + sent.getAndIncrement();
      producer.send(
          Message.builder().id(body).body(body).build(), (receipt, error) -> ended(body, error));
      if (failed.getAndSet(false)) {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private void ended(String body, @Nullable MqException error) {
    if (error == null) {
      confirmed.add(body);
    } else {
      failed.set(true);
    }
    ended.add(error == null ? body : body + " " + error.code());
  }

  Seen<String> confirmed() {
    return confirmed;
  }

  /** Waits for this many confirmations; in vain, it says how the last publishes ended. */
  void awaitConfirmed(int count) {
    try {
      confirmed.await(count);
    } catch (AssertionError e) {
      throw new AssertionError(
          "%s; sent %d, in flight %d, thread %s, last ends %s"
              .formatted(
                  e.getMessage(), sent.get(), producer.inFlight(), thread.getState(), tail()),
          e);
    }
  }

  private List<String> tail() {
    List<String> all = ended.all();
    return all.subList(Math.max(0, all.size() - 10), all.size());
  }

  /** Stops, and checks that every publish has ended exactly once. */
  void end() throws InterruptedException {
    stop.set(true);
    thread.join(Timing.patience().toMillis());
    assertThat(thread.isAlive()).as("the publishing thread is stuck").isFalse();
    producer.flush();
    producer.close();
    ended.await(sent.get());
    assertThat(ended.count()).as("publishes that ended, of %d", sent.get()).isEqualTo(sent.get());
  }

  Set<String> missingFrom(Set<String> stored) {
    Set<String> lost = new HashSet<>(confirmed.all());
    lost.removeAll(stored);
    return lost;
  }
}
