/** The open broker and its handles: where the user API meets the runtime. */
@NullMarked
package dev.mq.core.broker;

import org.jspecify.annotations.NullMarked;
