package dev.mq.kafka.internal.topology;

import static java.util.Objects.requireNonNull;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.kafka.internal.client.Closing;
import dev.mq.kafka.internal.client.KafkaClients;
import dev.mq.kafka.internal.client.KafkaErrors;
import dev.mq.kafka.internal.client.KafkaKeys;
import dev.mq.spi.ErrorClass;
import dev.mq.spi.TimeSource;
import dev.mq.spi.TopologyLog.EndCallback;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
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
  private final ReentrantLock lock = new ReentrantLock();

  /** Whether the thread is where an interrupt ends what it waits for; guarded by {@code lock}. */
  private boolean reading;

  private volatile boolean closed;

  /** Used by the thread only. */
  private @Nullable KafkaConsumer<byte[], byte[]> consumer;

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
    try {
      answerAll();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      closed = true;
      refuseAll();
    }
  }

  private void answerAll() throws InterruptedException {
    try {
      while (!closed) {
        EndCallback callback = asked.take();
        if (callback != STOP) {
          answer(callback);
        }
      }
    } finally {
      KafkaConsumer<byte[], byte[]> c = consumer;
      if (c != null) {
        Closing.close(c, Closing.SHORT);
      }
    }
  }

  private void answer(EndCallback callback) {
    long end;
    try {
      end = read(consumer());
    } catch (RuntimeException e) {
      callback.failed(e);
      return;
    }
    callback.end(end);
  }

  /** Makes the client if there is none: the next read tries again when that fails. */
  private KafkaConsumer<byte[], byte[]> consumer() {
    KafkaConsumer<byte[], byte[]> c = consumer;
    if (c == null) {
      try {
        c = clients.consumer("topology-end", Map.of());
      } catch (RuntimeException e) {
        throw failed(e);
      }
      consumer = c;
    }
    return c;
  }

  /** Returns what an error means for a read: it changes nothing, so its failure is definite. */
  static MqException failed(RuntimeException e) {
    if (e instanceof MqException mq) {
      return mq;
    }
    ErrorClass c = KafkaErrors.classify(e);
    String text = "read the end of the topology log: " + e;
    return c.definite()
        ? new MqException(c.code(), true, c.retryable(), text, e)
        : new MqException(ErrorCode.UNAVAILABLE, true, true, text, e);
  }

  /** Reads unless closed meanwhile: a wakeup does not end what the library does here. */
  private long read(KafkaConsumer<byte[], byte[]> c) {
    try {
      setReading(true);
      return end(c);
    } catch (InterruptException e) {
      throw closed(e);
    } finally {
      setReading(false);
    }
  }

  private void setReading(boolean now) {
    lock.lock();
    try {
      reading = now;
      if (!now) {
        // What close() sent is used up, or came too late.
        Thread.interrupted();
      } else if (closed) {
        throw closed(null);
      }
    } finally {
      lock.unlock();
    }
  }

  private static MqException closed(@Nullable Throwable cause) {
    return new MqException(ErrorCode.CLOSED, "the topology log is closed", cause);
  }

  /**
   * Reading changes nothing: it is tried again as long as an operation may take, and what waits for
   * it has not happened when it fails.
   */
  private long end(KafkaConsumer<byte[], byte[]> c) {
    TimeSource time = clients.time();
    long limit = clients.context().config().get(KafkaKeys.OPERATION_TIMEOUT).toNanos();
    long start = time.nanoTime();
    RetriableException last = null;
    while (true) {
      long left = limit - (time.nanoTime() - start);
      // Without a millisecond left the client does not ask, and knows of no end.
      if (left < TimeUnit.MILLISECONDS.toNanos(1)) {
        throw new MqException(
            ErrorCode.UNAVAILABLE,
            true,
            true,
            "read the end of the topology log: " + (last == null ? "no time left" : last),
            last);
      }
      try {
        return requireNonNull(
            c.endOffsets(List.of(partition), Duration.ofNanos(left)).get(partition));
      } catch (RetriableException e) {
        last = e;
        LockSupport.parkNanos(this, PAUSE_NANOS);
        if (closed) {
          throw closed(e);
        }
      }
    }
  }

  private void refuseAll() {
    EndCallback callback = asked.poll();
    while (callback != null) {
      callback.failed(closed(null));
      callback = asked.poll();
    }
  }

  /** Stops; what is still asked fails. */
  void close() {
    lock.lock();
    try {
      closed = true;
      if (reading) {
        thread.interrupt();
      }
    } finally {
      lock.unlock();
    }
    asked.add(STOP);
  }
}
