/** An order pipeline that runs unchanged on each broker; only its configuration differs. */
@NullMarked
package dev.mq.examples.pipeline;

import org.jspecify.annotations.NullMarked;
