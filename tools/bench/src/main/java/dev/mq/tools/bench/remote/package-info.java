/**
 * Publishing to and consuming from real brokers, against hand-tuned programs on the raw clients.
 */
@NullMarked
package dev.mq.tools.bench.remote;

import org.jspecify.annotations.NullMarked;
