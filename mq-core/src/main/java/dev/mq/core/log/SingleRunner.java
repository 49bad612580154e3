package dev.mq.core.log;

import dev.mq.api.LogRecord;
import dev.mq.api.RecordHandler;
import org.jspecify.annotations.Nullable;

/** Hands records over one at a time. Thread-safe. */
final class SingleRunner<T extends @Nullable Object> implements RecordRunner {
  private final RecordDecoder<T> decoder;
  private final RecordHandler<T> handler;

  SingleRunner(RecordDecoder<T> decoder, RecordHandler<T> handler) {
    this.decoder = decoder;
    this.handler = handler;
  }

  @Override
  public @Nullable Failed run(
      Partition partition, Held held, long from, long to, long wakeAt, Runnable wake) {
    int number = partition.number;
    for (long s = from; s < to && !partition.stop; s++) {
      LogRecord<T> r;
      try {
        r = decoder.decode(number, held.offset(s), held.timestampMillis(s), held.message(s));
      } catch (RuntimeException | Error e) {
        return new Failed(e, true, s + 1);
      }
      try {
        handler.handle(r);
      } catch (
          Throwable
              e) { // whatever a handler throws is a failure of its record, and nothing else
        return new Failed(e, false, s + 1);
      } finally {
        Thread.interrupted(); // an interrupt meant for one record must not hit the next
      }
      partition.progress.setRelease(s + 1);
      if (s + 1 == wakeAt && partition.sourcePaused) {
        wake.run();
      }
    }
    return null;
  }
}
