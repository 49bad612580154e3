package dev.mq.kafka.internal.log;

import dev.mq.spi.RecordBatch;
import dev.mq.spi.RecordSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A record as it was read. */
record Seen(int partition, long offset, String id) {
  static List<Seen> in(RecordBatch batch) {
    List<Seen> all = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      all.add(new Seen(batch.partition(i), batch.offset(i), batch.message(i).id()));
    }
    return all;
  }

  /** Reads until a partition's position is at an end. */
  static List<Seen> upTo(RecordSource source, int partition, long end) throws InterruptedException {
    List<Seen> all = new ArrayList<>();
    RecordBatch batch = new RecordBatch(100);
    long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (source.position(partition) < end) {
      source.poll(batch, TimeUnit.MILLISECONDS.toNanos(100));
      all.addAll(in(batch));
      batch.clear();
      if (System.nanoTime() > limit) {
        throw new AssertionError(
            "at " + source.position(partition) + " of " + end + " after " + all.size());
      }
    }
    return all;
  }

  /** Reads until there are so many, at least. */
  static List<Seen> some(RecordSource source, int count) throws InterruptedException {
    List<Seen> all = new ArrayList<>();
    RecordBatch batch = new RecordBatch(100);
    long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (all.size() < count) {
      source.poll(batch, TimeUnit.SECONDS.toNanos(1));
      all.addAll(in(batch));
      batch.clear();
      if (System.nanoTime() > limit) {
        throw new AssertionError(all.size() + " of " + count + " records came");
      }
    }
    return all;
  }
}
