package dev.mq.tck;

import dev.mq.api.Broker;
import dev.mq.api.Health;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What all tests of one run share: the harness, two open brokers, the seed. Two brokers stand for
 * two programs. Tests of one run may run at the same time: names are unique, and nothing here is
 * changed by a test.
 */
final class Session implements AutoCloseable {
  private static final Long SEED = Long.getLong("mq.tck.seed");

  private final Harness harness;
  private final String run = "tck-" + UUID.randomUUID().toString().substring(0, 8);
  private final AtomicInteger number = new AtomicInteger();
  private final ReentrantLock opening = new ReentrantLock();
  private @Nullable Broker first;
  private @Nullable Broker second;

  Session(Harness harness) {
    this.harness = harness;
  }

  Harness harness() {
    return harness;
  }

  static long seed() {
    return SEED != null ? SEED : Timing.nanos();
  }

  /** Returns a name that nothing else has. */
  String unique(String role) {
    return run + "-" + number.incrementAndGet() + "-" + role;
  }

  Broker first() {
    opening.lock();
    try {
      Broker known = first;
      if (known == null) {
        known = Broker.open(harness.configuration(unique("a")));
        first = known;
      }
      return known;
    } finally {
      opening.unlock();
    }
  }

  Broker second() {
    opening.lock();
    try {
      Broker known = second;
      if (known == null) {
        known = Broker.open(harness.configuration(unique("b")));
        second = known;
      }
      return known;
    } finally {
      opening.unlock();
    }
  }

  /** Waits until both brokers are well, so that no test pays for what another one did to them. */
  void awaitHealth() {
    for (Broker broker : List.of(first(), second())) {
      Eventually.that(
          "health of " + broker.name() + " before the test",
          broker::health,
          health -> health.status() == Health.Status.UP);
    }
  }

  @Override
  public void close() {
    try {
      if (first != null) {
        first.close();
      }
    } finally {
      if (second != null) {
        second.close();
      }
    }
  }
}
