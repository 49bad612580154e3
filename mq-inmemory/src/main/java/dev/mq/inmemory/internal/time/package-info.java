/** The clock of an engine: the system's, or one that stands still until it is advanced. */
@NullMarked
package dev.mq.inmemory.internal.time;

import org.jspecify.annotations.NullMarked;
