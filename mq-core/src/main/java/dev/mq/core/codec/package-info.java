/** Turns values into bodies and back. */
@NullMarked
package dev.mq.core.codec;

import org.jspecify.annotations.NullMarked;
