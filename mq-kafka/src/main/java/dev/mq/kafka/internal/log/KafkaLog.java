package dev.mq.kafka.internal.log;

import dev.mq.kafka.internal.client.KafkaTarget;
import dev.mq.spi.BackendLog;

/** A log: a topic. Thread-safe. */
public final class KafkaLog implements BackendLog, KafkaTarget {
  private final String name;
  private final String topic;
  private volatile int partitions;

  /** Creates the handle of a log that exists. */
  public KafkaLog(String name, String topic, int partitions) {
    this.name = name;
    this.topic = topic;
    this.partitions = partitions;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String topic() {
    return topic;
  }

  @Override
  public int partitions() {
    return partitions;
  }

  /** Sets how many partitions were seen. */
  public void sawPartitions(int count) {
    partitions = count;
  }
}
