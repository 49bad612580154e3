/** The {@code mq} command line: demos and small inspections over the public API. */
@NullMarked
package dev.mq.tools.cli;

import org.jspecify.annotations.NullMarked;
