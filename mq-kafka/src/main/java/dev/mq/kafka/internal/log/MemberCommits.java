package dev.mq.kafka.internal.log;

import static java.util.Objects.requireNonNull;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.spi.GroupMember.CommitCallback;
import dev.mq.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Commits of a member without an answer. Each is answered exactly once: by whoever takes it out of
 * {@code open}. The client gives its answers only inside a call of the polling thread; a timer
 * answers those that it would let wait for ever. Thread-safe.
 */
final class MemberCommits {
  /** One commit. */
  static final class Open {
    final Map<TopicPartition, OffsetAndMetadata> offsets;
    final long since;
    private final CommitCallback callback;

    /** How often the client was asked; used by the polling thread only. */
    int tries;

    private Open(
        Map<TopicPartition, OffsetAndMetadata> offsets, long since, CommitCallback callback) {
      this.offsets = offsets;
      this.since = since;
      this.callback = callback;
    }
  }

  private final TimeSource time;
  private final long boundNanos;
  private final String what;
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<Open> open = new LinkedHashSet<>();
  private boolean armed;

  /**
   * Creates an empty set.
   *
   * @param bound after which a commit is answered as unknown
   * @param what names log and group in errors
   */
  MemberCommits(TimeSource time, Duration bound, String what) {
    this.time = requireNonNull(time, "time");
    this.boundNanos = bound.toNanos();
    this.what = requireNonNull(what, "what");
  }

  Open add(Map<TopicPartition, OffsetAndMetadata> offsets, CommitCallback callback) {
    Open commit = new Open(offsets, time.nanoTime(), callback);
    boolean arm;
    lock.lock();
    try {
      open.add(commit);
      arm = !armed;
      armed = true;
    } finally {
      lock.unlock();
    }
    if (arm) {
      time.schedule(Duration.ofNanos(boundNanos), this::expire);
    }
    return commit;
  }

  void answer(Open commit, @Nullable Throwable error) {
    lock.lock();
    try {
      if (!open.remove(commit)) {
        return;
      }
    } finally {
      lock.unlock();
    }
    commit.callback.done(error);
  }

  boolean isEmpty() {
    lock.lock();
    try {
      return open.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Returns for how long the oldest one has waited, or -1 when there is none. */
  long oldestNanos() {
    lock.lock();
    try {
      return open.isEmpty() ? -1 : time.nanoTime() - open.iterator().next().since;
    } finally {
      lock.unlock();
    }
  }

  private void expire() {
    List<Open> late = new ArrayList<>();
    long next = -1;
    lock.lock();
    try {
      for (Open c : open) {
        long left = boundNanos - (time.nanoTime() - c.since);
        if (left > 0) {
          next = left;
          break;
        }
        late.add(c);
      }
      armed = next >= 0;
    } finally {
      lock.unlock();
    }
    if (next >= 0) {
      time.schedule(Duration.ofNanos(next), this::expire);
    }
    late.forEach(c -> answer(c, unknown(c, "no answer came in time")));
  }

  /** Answers what is left: nobody will ask the client again. */
  void close() {
    List<Open> left;
    lock.lock();
    try {
      left = new ArrayList<>(open);
    } finally {
      lock.unlock();
    }
    left.forEach(c -> answer(c, unknown(c, "closed before an answer came")));
  }

  MqException unknown(Open commit, String why) {
    return new MqException(
        ErrorCode.OUTCOME_UNKNOWN,
        false,
        true,
        "commit " + what + " " + commit.offsets.keySet() + ": " + why,
        null);
  }
}
