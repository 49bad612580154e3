/** Bridges: messages from a log or queue to a destination, confirmed there before settled here. */
@NullMarked
package dev.mq.core.bridge;

import org.jspecify.annotations.NullMarked;
