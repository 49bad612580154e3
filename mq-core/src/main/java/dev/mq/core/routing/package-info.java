/**
 * Exchanges, queues and bindings as one deterministic state made from the commands of a topology
 * log, and the tables that route messages by it.
 */
@NullMarked
package dev.mq.core.routing;

import org.jspecify.annotations.NullMarked;
