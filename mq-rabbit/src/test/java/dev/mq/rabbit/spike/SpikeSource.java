package dev.mq.rabbit.spike;

import com.rabbitmq.stream.Consumer;
import com.rabbitmq.stream.ConsumerFlowStrategy;
import com.rabbitmq.stream.MessageHandler;
import com.rabbitmq.stream.OffsetSpecification;
import dev.mq.api.Message;
import dev.mq.spi.RecordBatch;
import dev.mq.spi.RecordSource;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Reads streams: one consumer of stream-client per partition. */
class SpikeSource implements RecordSource {
  private record Arrival(MessageHandler.Context context, Message message) {}

  private static final class Part {
    final Queue<Arrival> arrivals = new ConcurrentLinkedQueue<>();
    Consumer consumer;
    boolean paused;

    void close() {
      consumer.close();
    }
  }

  final SpikeSession session;
  final SpikeLogs.StreamLog log;
  private final Map<Integer, Part> parts = new TreeMap<>();
  private final Semaphore changed = new Semaphore(0);

  SpikeSource(SpikeSession session, SpikeLogs.StreamLog log) {
    this.session = session;
    this.log = log;
  }

  @Override
  public int poll(RecordBatch batch, long maxWaitNanos) throws InterruptedException {
    if (drain(batch) == 0 && changed.tryAcquire(maxWaitNanos, TimeUnit.NANOSECONDS)) {
      changed.drainPermits();
      drain(batch);
    }
    return batch.size();
  }

  private int drain(RecordBatch batch) {
    parts.forEach(
        (number, part) -> {
          while (!part.paused && batch.room() > 0 && !part.arrivals.isEmpty()) {
            Arrival a = part.arrivals.remove();
            batch.add(number, a.context.offset(), a.context.timestamp(), a.message);
            a.context.processed();
          }
        });
    return batch.size();
  }

  @Override
  public void seek(int partition, long offset) {
    forget(partition);
    Part part = new Part();
    part.consumer =
        session.streams.consumerBuilder().stream(log.stream(partition))
            .offset(OffsetSpecification.offset(offset))
            .noTrackingStrategy()
            .flow()
            .strategy(ConsumerFlowStrategy.creditWhenHalfMessagesProcessed(2))
            .builder()
            .messageHandler(
                (context, m) -> {
                  String id = m.getProperties().getMessageIdAsString();
                  Map<String, Object> table = m.getApplicationProperties();
                  byte[] body = m.getBodyAsBinary();
                  Message message = SpikeWire.message(id, table, body).build();
                  part.arrivals.add(new Arrival(context, message));
                  wakeup();
                })
            .build();
    parts.put(partition, part);
  }

  boolean reads(int partition) {
    return parts.containsKey(partition);
  }

  void forget(int partition) {
    Part old = parts.remove(partition);
    if (old != null) {
      old.close();
    }
  }

  @Override
  public void pause(int partition) {
    parts.get(partition).paused = true;
  }

  @Override
  public void resume(int partition) {
    parts.get(partition).paused = false;
    wakeup();
  }

  @Override
  public void wakeup() {
    changed.release();
  }

  @Override
  public void close() {
    parts.values().forEach(Part::close);
    parts.clear();
  }
}
