/** How messages look on the wire of AMQP 0-9-1. */
@NullMarked
package dev.mq.rabbit.internal.wire;

import org.jspecify.annotations.NullMarked;
