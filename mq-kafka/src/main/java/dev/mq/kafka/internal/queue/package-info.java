/** Queues: a topic and a share group each. */
@NullMarked
package dev.mq.kafka.internal.queue;

import org.jspecify.annotations.NullMarked;
