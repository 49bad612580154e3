/** The session of the Kafka backend: ties queues, logs, topology and publishers to one cluster. */
@NullMarked
package dev.mq.kafka.internal;

import org.jspecify.annotations.NullMarked;
