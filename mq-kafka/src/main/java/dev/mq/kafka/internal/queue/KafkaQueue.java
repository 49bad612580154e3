package dev.mq.kafka.internal.queue;

import dev.mq.kafka.internal.client.KafkaTarget;
import dev.mq.spi.BackendQueue;
import org.apache.kafka.common.TopicPartition;

/**
 * A queue: a topic of one partition and a share group of the same name.
 *
 * @param topic the topic and the group
 */
record KafkaQueue(String name, String topic) implements BackendQueue, KafkaTarget {
  TopicPartition partition() {
    return new TopicPartition(topic, 0);
  }
}
