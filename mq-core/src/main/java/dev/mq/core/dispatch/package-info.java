/**
 * Consumes queues on top of the driver contract: lanes, dispatch to handlers, settlement, retry,
 * pull and close.
 */
@NullMarked
package dev.mq.core.dispatch;

import org.jspecify.annotations.NullMarked;
