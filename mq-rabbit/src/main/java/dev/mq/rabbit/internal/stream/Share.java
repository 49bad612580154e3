package dev.mq.rabbit.internal.stream;

import dev.mq.rabbit.internal.stream.LeaseChannel.Kind;
import dev.mq.spi.TimeSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/**
 * Evens out what members own. The broker gives all free partitions to one member; every member that
 * does not own all asks the owners of the others, one after the other, and an owner lets go of a
 * partition when it has at least two more than the one that asks. So in the end no two members
 * differ by more than one. Of the working thread.
 */
final class Share {
  private static final long ROUND_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** How long a partition that was promised may take: handlers of the old owner may run. */
  private static final long HAND_OVER_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final TimeSource time;
  private final ArrayDeque<Integer> candidates = new ArrayDeque<>();
  private final Set<Integer> giving = new HashSet<>();
  private String question = "";
  private int asked = -1;
  private long askedUntil;
  private long roundAt;
  private long sequence;

  Share(TimeSource time) {
    this.time = time;
    this.roundAt = time.nanoTime();
  }

  /** Asks at the next occasion. */
  void soon() {
    roundAt = time.nanoTime();
  }

  /** A partition is owned now. */
  void owned(int partition) {
    giving.remove(partition);
    if (partition == asked) {
      answered();
      soon();
    }
  }

  /** A partition is not owned any more. */
  void lost(int partition) {
    giving.remove(partition);
    soon();
  }

  private void answered() {
    question = "";
    asked = -1;
  }

  void replied(String correlation, long value) {
    if (!correlation.equals(question)) {
      return;
    }
    if (value == 1) {
      askedUntil = time.nanoTime() + HAND_OVER_NANOS;
    } else {
      answered();
    }
  }

  /** Asks the next owner, if it is time to. */
  void ask(Map<Integer, Lease> leases, LeaseChannel channel, IntFunction<String> queue) {
    long now = time.nanoTime();
    if (asked >= 0 && askedUntil - now > 0) {
      return;
    }
    answered();
    if (candidates.isEmpty()) {
      if (roundAt - now > 0) {
        return;
      }
      roundAt = now + ROUND_NANOS;
      List<Integer> others = new ArrayList<>(leases.keySet());
      Collections.shuffle(others);
      candidates.addAll(others);
    }
    for (Integer p = candidates.poll(); p != null; p = candidates.poll()) {
      Lease lease = leases.get(p);
      if (lease != null && lease.isWaiting()) {
        asked = p;
        question = "w" + ++sequence;
        askedUntil = now + ANSWER_NANOS;
        channel.ask(queue.apply(p), Kind.WANT, count(leases.values()), question);
        return;
      }
    }
  }

  private static int count(Collection<Lease> leases) {
    int n = 0;
    for (Lease l : leases) {
      n += l.isOwned() ? 1 : 0;
    }
    return n;
  }

  /** Returns whether to let go of an owned partition for a member that has so many. */
  boolean mayGive(Map<Integer, Lease> leases, int partition, long have) {
    return count(leases.values()) - giving.size() >= have + 2 && giving.add(partition);
  }

  /** A partition that was promised is on its way. */
  void given(int partition) {
    giving.remove(partition);
  }

  /** All partitions are gone. */
  void gone() {
    giving.clear();
    candidates.clear();
    answered();
    soon();
  }
}
