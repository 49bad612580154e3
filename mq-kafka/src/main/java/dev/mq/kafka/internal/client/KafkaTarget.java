package dev.mq.kafka.internal.client;

import dev.mq.spi.PublishTarget;

/** What lies in a topic and can be published to. */
public interface KafkaTarget extends PublishTarget {
  /** Returns the topic. */
  String topic();
}
