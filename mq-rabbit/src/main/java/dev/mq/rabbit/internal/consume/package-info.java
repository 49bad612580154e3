/** Consuming and settling. */
@NullMarked
package dev.mq.rabbit.internal.consume;

import org.jspecify.annotations.NullMarked;
