/** Runs the concurrency stress tests within a bound of time. */
@NullMarked
package dev.mq.tools.stress;

import org.jspecify.annotations.NullMarked;
