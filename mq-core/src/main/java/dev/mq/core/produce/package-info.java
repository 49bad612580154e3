/** Publishing: the in-flight window, sends and what became of them, producers of messages and of values. */
@NullMarked
package dev.mq.core.produce;

import org.jspecify.annotations.NullMarked;
