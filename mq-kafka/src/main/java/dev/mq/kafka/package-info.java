/** The Kafka backend: logs are topics, queues are share groups. */
@NullMarked
package dev.mq.kafka;

import org.jspecify.annotations.NullMarked;
