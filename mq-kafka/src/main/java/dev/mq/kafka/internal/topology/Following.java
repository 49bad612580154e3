package dev.mq.kafka.internal.topology;

import dev.mq.kafka.internal.client.Closing;
import dev.mq.kafka.internal.client.KafkaClients;
import dev.mq.spi.TopologyLog.Follower;
import dev.mq.spi.TopologyLog.Subscription;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands commands to one follower, on a thread and through a consumer of its own, until closed. What
 * the client cannot ride out by itself is tried again with a new consumer at the same place, also a
 * command that the follower failed at: a view without it would route wrongly.
 */
final class Following implements Subscription {
  private static final Logger LOG = LoggerFactory.getLogger(Following.class);
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final long PAUSE = TimeUnit.SECONDS.toNanos(1);

  private final KafkaClients clients;
  private final TopicPartition partition;
  private final Follower follower;
  private final Consumer<Following> whenClosed;
  private final Thread thread;
  private final CountDownLatch quiet = new CountDownLatch(1);
  private volatile boolean closed;
  private volatile @Nullable KafkaConsumer<byte[], byte[]> consumer;

  /** The next offset to hand over; only used by the thread. */
  private long next = -1;

  Following(
      KafkaClients clients,
      TopicPartition partition,
      Follower follower,
      Consumer<Following> whenClosed) {
    this.clients = clients;
    this.partition = partition;
    this.follower = follower;
    this.whenClosed = whenClosed;
    this.thread = clients.context().threads("topology").newThread(this::run);
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      while (!closed) {
        tryToFollow();
      }
    } finally {
      quiet.countDown();
    }
  }

  private void tryToFollow() {
    try {
      follow();
    } catch (WakeupException e) {
      // Told to stop.
    } catch (RuntimeException e) {
      LOG.warn("reading the topology log failed, trying again", e);
      if (!closed) {
        LockSupport.parkNanos(this, PAUSE);
      }
    }
  }

  private void follow() {
    KafkaConsumer<byte[], byte[]> c =
        clients.consumer("topology", Map.of("auto.offset.reset", "none"));
    try {
      consumer = c;
      follow(c);
    } finally {
      if (closed) {
        // Before the client closes, which takes its time when the cluster does not answer.
        quiet.countDown();
      }
      Closing.close(c, Closing.SHORT);
    }
  }

  private void follow(KafkaConsumer<byte[], byte[]> c) {
    c.assign(List.of(partition));
    if (next < 0) {
      c.seekToBeginning(List.of(partition));
    } else {
      c.seek(partition, next);
    }
    while (!closed) {
      try {
        for (ConsumerRecord<byte[], byte[]> r : c.poll(LONG)) {
          if (closed) {
            return;
          }
          if (r.value() != null) {
            follower.command(r.offset(), r.value());
          }
          next = r.offset() + 1;
        }
        next = c.position(partition);
        follower.reached(next);
      } catch (InvalidOffsetException e) {
        // A snapshot was written and everything below it trimmed while this client was away.
        c.seekToBeginning(List.of(partition));
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    KafkaConsumer<byte[], byte[]> c = consumer;
    if (c != null) {
      c.wakeup();
    }
    LockSupport.unpark(thread);
    if (Thread.currentThread() != thread) {
      awaitQuiet();
    }
    whenClosed.accept(this);
  }

  /** Waits for a call of the follower, but not for what the client still does to close itself. */
  private void awaitQuiet() {
    try {
      quiet.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
