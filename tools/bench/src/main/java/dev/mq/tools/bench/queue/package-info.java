/** The way of a message through the embedded engine: exchange, queue, consumer, acknowledgement. */
@NullMarked
package dev.mq.tools.bench.queue;

import org.jspecify.annotations.NullMarked;
