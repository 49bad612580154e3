package dev.mq.kafka.internal.topology;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.kafka.internal.client.KafkaClients;
import dev.mq.kafka.internal.client.KafkaKeys;
import dev.mq.spi.TimeSource;
import dev.mq.spi.TopologyLog.EndCallback;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;

/**
 * Asks for the end of the topology log on a thread of its own, because whoever gets the answer
 * publishes on that thread: that may wait for other answers of the cluster, which a thread of the
 * client library could not.
 */
final class EndReader {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** Wakes the thread at the end. */
  private static final EndCallback STOP =
      new EndCallback() {
        @Override
        public void end(long offset) {}

        @Override
        public void failed(Throwable error) {}
      };

  private final KafkaClients clients;
  private final TopicPartition partition;
  private final LinkedBlockingQueue<EndCallback> asked = new LinkedBlockingQueue<>();
  private final Thread thread;
  private volatile boolean closed;
  private volatile @Nullable KafkaConsumer<byte[], byte[]> consumer;

  EndReader(KafkaClients clients, TopicPartition partition) {
    this.clients = clients;
    this.partition = partition;
    this.thread = clients.context().threads("topology-end").newThread(this::run);
  }

  void start() {
    thread.start();
  }

  void read(EndCallback callback) {
    asked.add(callback);
    if (closed) {
      refuseAll();
    }
  }

  private void run() {
    try (KafkaConsumer<byte[], byte[]> c = clients.consumer("topology-end", Map.of())) {
      consumer = c;
      while (!closed) {
        EndCallback callback = asked.take();
        if (callback != STOP) {
          answer(c, callback);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      closed = true;
      refuseAll();
    }
  }

  private void answer(KafkaConsumer<byte[], byte[]> c, EndCallback callback) {
    long end;
    try {
      end = end(c);
    } catch (RuntimeException e) {
      callback.failed(e);
      return;
    }
    callback.end(end);
  }

  /**
   * Reading changes nothing: it is tried again as long as an operation may take, and what waits for
   * it has not happened when it fails.
   */
  private long end(KafkaConsumer<byte[], byte[]> c) {
    TimeSource time = clients.time();
    Duration limit = clients.context().config().get(KafkaKeys.OPERATION_TIMEOUT);
    long start = time.nanoTime();
    while (true) {
      Duration left = limit.minusNanos(time.nanoTime() - start);
      try {
        return c.endOffsets(List.of(partition), left.isNegative() ? Duration.ZERO : left)
            .getOrDefault(partition, 0L);
      } catch (RetriableException e) {
        if (closed || time.nanoTime() - start >= limit.toNanos()) {
          String text = "read the end of the topology log: " + e;
          throw new MqException(ErrorCode.UNAVAILABLE, true, true, text, e);
        }
        LockSupport.parkNanos(this, PAUSE_NANOS);
      }
    }
  }

  private void refuseAll() {
    EndCallback callback = asked.poll();
    while (callback != null) {
      callback.failed(new MqException(ErrorCode.CLOSED, "the topology log is closed"));
      callback = asked.poll();
    }
  }

  /** Stops; what is still asked fails. */
  void close() {
    closed = true;
    KafkaConsumer<byte[], byte[]> c = consumer;
    if (c != null) {
      c.wakeup();
    }
    asked.add(STOP);
  }
}
