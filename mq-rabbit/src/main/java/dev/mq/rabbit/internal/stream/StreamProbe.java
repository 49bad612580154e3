package dev.mq.rabbit.internal.stream;

import com.rabbitmq.stream.Consumer;
import com.rabbitmq.stream.ConsumerFlowStrategy;
import com.rabbitmq.stream.MessageHandler;
import com.rabbitmq.stream.OffsetSpecification;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.rabbit.internal.connect.Control;
import dev.mq.rabbit.internal.connect.RabbitErrors;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Finds out where streams begin and end by reading, which every version allows: statistics came
 * late and tell of chunks, not of records. Streams that are asked for together are read together.
 * Thread-safe.
 */
final class StreamProbe {
  private static final long ANSWER_SECONDS = 10;

  private final StreamClient client;
  private final Control control;

  StreamProbe(StreamClient client, Control control) {
    this.client = client;
    this.control = control;
  }

  /** The last record of a stream: the offset behind it and its timestamp; 0 when there is none. */
  record Last(long end, long timestampMillis) {
    static final Last NONE = new Last(0, Long.MIN_VALUE);
  }

  /** Returns whether there are no records. */
  private boolean isEmpty(String stream) {
    return control.call("look at stream " + stream, c -> c.messageCount(stream)) == 0;
  }

  /** Returns the first offset with a record, or 0, for each stream. */
  long[] begins(List<String> streams) {
    List<Pending<Long>> open = new ArrayList<>();
    try {
      for (String s : streams) {
        open.add(
            isEmpty(s)
                ? Pending.known(0L)
                : read(s, OffsetSpecification.first(), (c, left) -> c.offset()));
      }
      return open.stream().mapToLong(Pending::await).toArray();
    } finally {
      open.forEach(Pending::close);
    }
  }

  /** Returns the last record of each stream. */
  List<Last> lasts(List<String> streams) {
    List<Pending<Last>> open = new ArrayList<>();
    try {
      for (String s : streams) {
        open.add(
            isEmpty(s)
                ? Pending.known(Last.NONE)
                : read(
                    s,
                    OffsetSpecification.last(),
                    (c, left) -> left > 0 ? null : new Last(c.offset() + 1, c.timestamp())));
      }
      return open.stream().map(Pending::await).toList();
    } finally {
      open.forEach(Pending::close);
    }
  }

  /** Returns the first offset with a timestamp at or after a time, else the end. */
  long[] at(List<String> streams, long millis) {
    List<Last> lasts = lasts(streams);
    List<Pending<Long>> open = new ArrayList<>();
    try {
      for (int i = 0; i < lasts.size(); i++) {
        Last last = lasts.get(i);
        open.add(
            last.timestampMillis() < millis
                ? Pending.known(last.end())
                : read(
                    streams.get(i),
                    millis <= 0
                        ? OffsetSpecification.first()
                        : OffsetSpecification.timestamp(millis),
                    (c, left) -> c.timestamp() >= millis ? c.offset() : null));
      }
      return open.stream().mapToLong(Pending::await).toArray();
    } finally {
      open.forEach(Pending::close);
    }
  }

  /** Looks at a record, with how many more its chunk has; answers null to see the next. */
  private interface Look<T> {
    @Nullable T at(MessageHandler.Context context, long left);
  }

  private <T> Pending<T> read(String stream, OffsetSpecification from, Look<T> look) {
    CompletableFuture<T> found = new CompletableFuture<>();
    Counting flow = new Counting();
    try {
      Consumer consumer =
          client.get().consumerBuilder().stream(stream)
              .offset(from)
              .noTrackingStrategy()
              .flow()
              .strategy(flow)
              .builder()
              .messageHandler(
                  (c, m) -> {
                    flow.left--;
                    T answer = look.at(c, flow.left);
                    if (answer != null) {
                      found.complete(answer);
                    }
                    if (flow.left == 0 && !found.isDone()) {
                      flow.more();
                    }
                  })
              .build();
      return new Pending<>(stream, found, consumer);
    } catch (RuntimeException e) {
      throw StreamClient.failed("read stream " + stream, e);
    }
  }

  /** Asks for one chunk at a time, and counts its records. Of the thread of the client. */
  private static final class Counting implements ConsumerFlowStrategy {
    long left;
    @Nullable Context chunk;

    @Override
    public int initialCredits() {
      return 1;
    }

    @Override
    public MessageProcessedCallback start(Context context) {
      chunk = context;
      left = context.messageCount();
      return c -> {};
    }

    void more() {
      Context c = chunk;
      if (c != null) {
        c.credits(1);
      }
    }
  }

  /** An answer to come. */
  private record Pending<T>(
      String stream,
      CompletableFuture<T> answer,
      @Nullable Consumer consumer) {

    static <T> Pending<T> known(T value) {
      return new Pending<>("", CompletableFuture.completedFuture(value), null);
    }

    T await() {
      try {
        return answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        throw RabbitErrors.down("read stream " + stream + ": no answer", e);
      } catch (ExecutionException e) {
        throw StreamClient.failed("read stream " + stream, e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new MqException(ErrorCode.INTERRUPTED, true, true, "read stream " + stream, e);
      }
    }

    void close() {
      if (consumer != null) {
        consumer.close();
      }
    }
  }
}
