/** A long run that looks for loss, doubles and slowing down. */
@NullMarked
package dev.mq.tools.bench.soak;

import org.jspecify.annotations.NullMarked;
