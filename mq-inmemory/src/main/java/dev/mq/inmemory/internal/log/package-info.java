/** Partitioned logs, their readers and groups, and the topology log. */
@NullMarked
package dev.mq.inmemory.internal.log;

import org.jspecify.annotations.NullMarked;
