package dev.mq.core.log;

import dev.mq.api.LogRecord;
import dev.mq.api.RecordBatchHandler;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Hands records over in batches. A body that cannot be decoded ends the batch before it.
 * Thread-safe.
 */
final class BatchRunner<T extends @Nullable Object> implements RecordRunner {
  private final RecordDecoder<T> decoder;
  private final RecordBatchHandler<T> handler;

  BatchRunner(RecordDecoder<T> decoder, RecordBatchHandler<T> handler) {
    this.decoder = decoder;
    this.handler = handler;
  }

  @Override
  public @Nullable Failed run(
      Partition partition, Held held, long from, long to, long wakeAt, Runnable wake) {
    if (partition.stop) {
      return null;
    }
    List<LogRecord<T>> records = new ArrayList<>((int) (to - from));
    Failed undecoded = null;
    long end = from;
    for (; end < to && undecoded == null; end++) {
      try {
        records.add(
            decoder.decode(
                partition.number, held.offset(end), held.timestampMillis(end), held.message(end)));
      } catch (RuntimeException | Error e) {
        undecoded = new Failed(e, true, end + 1);
      }
    }
    if (records.isEmpty()) {
      return undecoded;
    }
    long handled = from + records.size();
    try {
      handler.handle(Collections.unmodifiableList(records));
    } catch (
        Throwable
            e) { // whatever a handler throws is a failure of its batch, and nothing else
      return new Failed(e, false, handled);
    } finally {
      Thread.interrupted(); // an interrupt meant for one batch must not hit the next
    }
    partition.progress.setRelease(handled);
    return partition.stop ? null : undecoded;
  }
}
