/** Benchmarks that show what the runtime costs on top of a raw client. */
@NullMarked
package dev.mq.tools.bench;

import org.jspecify.annotations.NullMarked;
