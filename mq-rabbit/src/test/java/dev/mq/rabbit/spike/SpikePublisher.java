package dev.mq.rabbit.spike;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.stream.Producer;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.PublishChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Publishes: one AMQP channel in confirm mode at a time, one stream producer per partition. */
final class SpikePublisher implements PublishChannel {
  private final SpikeSession session;
  private final Map<String, Producer> producers = new HashMap<>();
  private @Nullable Confirms confirms;

  SpikePublisher(SpikeSession session) {
    this.session = session;
  }

  @Override
  public void publish(PublishBatch batch) {
    int size = batch.size();
    for (int i = 0; i < size; i++) {
      try {
        if (batch.target(i) instanceof SpikeLogs.StreamLog log) {
          append(batch, i, log.stream(batch.partition(i)));
        } else {
          confirms().publish(batch, i, (SpikeSession.Target) batch.target(i));
        }
      } catch (IOException | RuntimeException e) {
        batch.failed(i, e);
      }
    }
  }

  private Confirms confirms() throws IOException {
    Confirms c = confirms;
    if (c == null || !c.channel.isOpen()) {
      c = new Confirms(session.publishing().createChannel());
      confirms = c;
    }
    return c;
  }

  private void append(PublishBatch batch, int i, String stream) {
    Producer producer =
        producers.computeIfAbsent(
            stream, s -> session.streams.producerBuilder().stream(s).build());
    int partition = batch.partition(i);
    producer.send(
        SpikeLogs.record(producer.messageBuilder(), batch.message(i)),
        status -> {
          if (status.isConfirmed()) {
            batch.confirmed(i, partition, PublishBatch.NO_OFFSET);
          } else {
            batch.failed(i, lost("stream code " + status.getCode(), null));
          }
        });
  }

  private static MqException lost(String why, @Nullable Throwable cause) {
    return new MqException(ErrorCode.OUTCOME_UNKNOWN, false, true, "no confirm: " + why, cause);
  }

  @Override
  public void close(Duration timeout) {
    Confirms c = confirms;
    if (c != null) {
      try {
        c.channel.abort();
      } catch (IOException e) {
        c.failAll(e);
      }
    }
    producers.values().forEach(Producer::close);
  }

  /**
   * The open messages of one channel, in a ring by sequence number; the next channel starts at 1
   * again, in a ring of its own. The lock is never held while the channel is called.
   */
  private static final class Confirms {
    final Channel channel;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable PublishBatch[] batches = new PublishBatch[1024];
    private int[] indices = new int[1024];
    private long lowest = 1;
    private long next = 1;

    Confirms(Channel channel) throws IOException {
      this.channel = channel;
      channel.addConfirmListener(this::acked, this::nacked);
      channel.addReturnListener(
          r -> take((Long) r.getProperties().getHeaders().get(SpikeWire.SEQUENCE), RETURNED));
      channel.addShutdownListener(this::failAll);
      channel.confirmSelect();
    }

    private interface Answer {
      void give(PublishBatch batch, int index);
    }

    private static final Answer RETURNED = PublishBatch::unroutable;
    private static final Answer ACKED =
        (b, i) -> b.confirmed(i, PublishBatch.NO_PARTITION, PublishBatch.NO_OFFSET);

    void publish(PublishBatch batch, int index, SpikeSession.Target target) throws IOException {
      long sequence = channel.getNextPublishSeqNo();
      put(sequence, batch, index);
      boolean toQueue = target.exchange().isEmpty();
      String key = toQueue ? target.name() : batch.message(index).routingKey();
      byte[] body = batch.message(index).bodyUnsafe();
      try {
        channel.basicPublish(
            target.exchange(),
            key,
            true,
            SpikeWire.properties(batch.message(index), sequence),
            body == null ? new byte[0] : body);
      } catch (AlreadyClosedException e) {
        take(sequence, (b, i) -> b.failed(i, e));
      } catch (IOException e) {
        take(sequence, (b, i) -> b.failed(i, lost(e.toString(), e)));
      }
    }

    private void put(long sequence, PublishBatch batch, int index) {
      lock.lock();
      try {
        if (sequence - lowest == batches.length) {
          grow();
        }
        batches[slot(sequence)] = batch;
        indices[slot(sequence)] = index;
        next = sequence + 1;
      } finally {
        lock.unlock();
      }
    }

    private void grow() {
      PublishBatch[] moved = new PublishBatch[batches.length * 2];
      int[] movedIndices = Arrays.copyOf(indices, moved.length);
      for (long s = lowest; s < next; s++) {
        moved[(int) s & moved.length - 1] = batches[slot(s)];
        movedIndices[(int) s & moved.length - 1] = indices[slot(s)];
      }
      batches = moved;
      indices = movedIndices;
    }

    private int slot(long sequence) {
      return (int) sequence & batches.length - 1;
    }

    private void take(long sequence, Answer answer) {
      PublishBatch batch;
      int index;
      lock.lock();
      try {
        batch = batches[slot(sequence)];
        index = indices[slot(sequence)];
        batches[slot(sequence)] = null;
        while (lowest < next && batches[slot(lowest)] == null) {
          lowest++;
        }
      } finally {
        lock.unlock();
      }
      if (batch != null) {
        answer.give(batch, index);
      }
    }

    private long lowest() {
      lock.lock();
      try {
        return lowest;
      } finally {
        lock.unlock();
      }
    }

    private void acked(long tag, boolean multiple) {
      for (long s = multiple ? lowest() : tag; s <= tag; s++) {
        take(s, ACKED);
      }
    }

    /** One queue refused it; of several behind an exchange another one may have it. */
    private void nacked(long tag, boolean multiple) {
      MqException full = new MqException(ErrorCode.PARTIAL, false, true, "refused by a queue", null);
      for (long s = multiple ? lowest() : tag; s <= tag; s++) {
        take(s, (b, i) -> b.failed(i, full));
      }
    }

    void failAll(Throwable cause) {
      for (long s = lowest(); s < next; s++) {
        take(s, (b, i) -> b.failed(i, lost(cause.toString(), cause)));
      }
    }
  }
}
