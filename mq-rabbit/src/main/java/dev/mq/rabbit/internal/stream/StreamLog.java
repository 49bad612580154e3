package dev.mq.rabbit.internal.stream;

import dev.mq.spi.BackendLog;

/** A log: one stream per partition. The session keeps one handle per name. Thread-safe. */
final class StreamLog implements BackendLog {
  private final String name;
  private volatile int partitions;

  /** When the number of partitions was last asked for; any value of the clock. */
  private volatile long lookedAt;

  StreamLog(String name) {
    this.name = name;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int partitions() {
    return partitions;
  }

  void partitions(int seen, long now) {
    partitions = seen;
    lookedAt = now;
  }

  long lookedAt() {
    return lookedAt;
  }

  void lookedAt(long now) {
    lookedAt = now;
  }

  String stream(int partition) {
    return stream(name, partition);
  }

  static String stream(String log, int partition) {
    return log + "-" + partition;
  }
}
