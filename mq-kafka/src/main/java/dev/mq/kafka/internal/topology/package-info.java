/** The topology log: one partition that every client follows. */
@NullMarked
package dev.mq.kafka.internal.topology;

import org.jspecify.annotations.NullMarked;
