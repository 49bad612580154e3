/** Queues as segments of message references with bits for ready and in flight. */
@NullMarked
package dev.mq.inmemory.internal.queue;

import org.jspecify.annotations.NullMarked;
