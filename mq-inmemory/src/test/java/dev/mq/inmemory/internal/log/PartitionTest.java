package dev.mq.inmemory.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.LogSpec;
import dev.mq.api.Message;
import dev.mq.inmemory.internal.sync.Activity;
import dev.mq.inmemory.internal.time.EngineTime;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.PublishTarget;
import dev.mq.spi.RecordBatch;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PartitionTest {
  private long millis = 1_000_000;
  private final MemoryLog log =
      new MemoryLog(LogSpec.of("l", 1), new SettableTime(), new Activity());

  @Test
  void timestampsDoNotDecreaseWhenTheClockGoesBack() {
    append();
    millis -= 5000;
    append();
    millis += 5001;
    append();
    RecordBatch batch = new RecordBatch(10);
    assertThat(log.partition(0).read(0, batch)).isEqualTo(3);
    assertThat(batch.timestampMillis(0)).isEqualTo(1_000_000);
    assertThat(batch.timestampMillis(1)).isEqualTo(1_000_000);
    assertThat(batch.timestampMillis(2)).isEqualTo(1_000_001);
    assertThat(log.at(Instant.ofEpochMilli(1_000_001)).offset(0)).hasValue(2);
  }

  private void append() {
    log.append(0, new OneMessage(log), 0, 1);
  }

  private record OneMessage(PublishTarget log) implements PublishBatch {
    @Override
    public int size() {
      return 1;
    }

    @Override
    public PublishTarget target(int index) {
      return log;
    }

    @Override
    public Message message(int index) {
      return Message.of(new byte[0]);
    }

    @Override
    public int partition(int index) {
      return 0;
    }

    @Override
    public void confirmed(int index, int partition, long offset) {}

    @Override
    public void confirmedAll() {}

    @Override
    public void unroutable(int index) {}

    @Override
    public void failed(int index, Throwable error) {}
  }

  private final class SettableTime implements EngineTime {
    @Override
    public long millis() {
      return millis;
    }

    @Override
    public Instant now() {
      return Instant.ofEpochMilli(millis);
    }

    @Override
    public long nanoTime() {
      return 0;
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
      return () -> {};
    }

    @Override
    public void shutdown() {}
  }
}
