package dev.mq.inmemory;

import dev.mq.spi.RecordBatch;
import dev.mq.spi.RecordSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Polls a source on the thread of a test. */
final class Reader {
  /** One record. */
  record Read(int partition, long offset, long timestamp, String text) {}

  private final RecordSource source;
  private final RecordBatch batch;

  Reader(RecordSource source) {
    this(source, 10_000);
  }

  Reader(RecordSource source, int capacity) {
    this.source = source;
    this.batch = new RecordBatch(capacity);
  }

  List<Read> now() {
    return within(Duration.ZERO);
  }

  List<Read> within(Duration wait) {
    batch.clear();
    try {
      source.poll(batch, wait.toNanos());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    List<Read> read = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      read.add(
          new Read(
              batch.partition(i),
              batch.offset(i),
              batch.timestampMillis(i),
              batch.message(i).text()));
    }
    return read;
  }

  static List<String> texts(List<Read> read) {
    return read.stream().map(Read::text).toList();
  }
}
