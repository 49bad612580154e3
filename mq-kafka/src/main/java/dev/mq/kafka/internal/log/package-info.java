/** Logs: topics and consumer groups. */
@NullMarked
package dev.mq.kafka.internal.log;

import org.jspecify.annotations.NullMarked;
