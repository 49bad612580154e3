package dev.mq.rabbit.internal.stream;

import com.rabbitmq.stream.Environment;
import dev.mq.api.MessageTooLargeException;
import dev.mq.api.MqException;
import dev.mq.rabbit.internal.connect.Connections;
import dev.mq.rabbit.internal.connect.RabbitErrors;
import dev.mq.rabbit.internal.connect.RabbitKeys;
import dev.mq.rabbit.internal.publish.StreamAppender;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.TimeSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Appends to logs, with one producer per stream. Used by one thread at a time. */
final class LogAppender implements StreamAppender {
  /** The largest frame of a broker with stock settings. */
  private static final long FRAME_BYTES = 1 << 20;

  /** After a stream could not be reached, appends are refused for so long without trying again. */
  private static final long REFUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final Connections connections;
  private final StreamClient client;
  private final TimeSource time;
  private final Duration blockedTimeout;
  private final Map<String, PartitionProducer> producers = new HashMap<>();
  private @Nullable MqException refusal;
  private long refusedAt;
  private boolean closed;

  LogAppender(Connections connections, StreamClient client) {
    this.connections = connections;
    this.client = client;
    this.time = connections.context().time();
    this.blockedTimeout = connections.context().config().get(RabbitKeys.BLOCKED_TIMEOUT);
  }

  @Override
  public void append(PublishBatch batch, int index) throws InterruptedException {
    StreamLog log = (StreamLog) batch.target(index);
    long bytes = RecordWire.sizeBound(batch.message(index));
    if (bytes > FRAME_BYTES) {
      throw new MessageTooLargeException(
          "append to log:" + log.name() + ": a record has at most " + FRAME_BYTES + " bytes");
    }
    producer(log.stream(batch.partition(index))).append(batch, index);
  }

  private PartitionProducer producer(String stream) {
    PartitionProducer known = producers.get(stream);
    if (known != null && known.isUsable()) {
      return known;
    }
    if (closed) {
      throw RabbitErrors.down("append to " + stream + ": closed", null);
    }
    MqException before = refusal;
    if (before != null && time.nanoTime() - refusedAt < REFUSE_NANOS) {
      throw RabbitErrors.down(before.getMessage() + "", before);
    }
    refusal = null;
    if (known != null) {
      producers.remove(stream);
      known.close();
    }
    try {
      Environment environment = client.get();
      PartitionProducer made = new PartitionProducer(environment, stream, blockedTimeout);
      producers.put(stream, made);
      return made;
    } catch (RuntimeException e) {
      MqException error = StreamClient.failed("append to " + stream, e);
      if (error.isRetryable()) {
        refusal = error;
        refusedAt = time.nanoTime();
      }
      throw error;
    }
  }

  @Override
  public void flush() {}

  /** Everything is answered at once; the client closes its producers as long as there is time. */
  @Override
  public void close(Duration timeout) {
    closed = true;
    List<PartitionProducer> all = List.copyOf(producers.values());
    producers.clear();
    all.forEach(PartitionProducer::abandon);
    connections.atOnce(timeout, () -> all.forEach(PartitionProducer::close));
  }
}
