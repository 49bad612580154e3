/** The log side of the runtime: members of groups, readers, and what a handle of a log does. */
@NullMarked
package dev.mq.core.log;

import org.jspecify.annotations.NullMarked;
