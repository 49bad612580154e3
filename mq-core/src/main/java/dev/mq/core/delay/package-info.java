/**
 * Lets messages wait for a retry where the system cannot: in a log of the runtime's own, from which
 * one of the processes that consume moves each to its queue when it is due.
 */
@NullMarked
package dev.mq.core.delay;

import org.jspecify.annotations.NullMarked;
