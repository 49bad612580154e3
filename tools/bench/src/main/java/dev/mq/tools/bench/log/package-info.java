/** Append and scan of a log of the embedded engine. */
@NullMarked
package dev.mq.tools.bench.log;

import org.jspecify.annotations.NullMarked;
