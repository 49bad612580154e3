/** Exchanges, queues and bindings: declaring, planning, and how publishes find their queues. */
@NullMarked
package dev.mq.core.topology;

import org.jspecify.annotations.NullMarked;
