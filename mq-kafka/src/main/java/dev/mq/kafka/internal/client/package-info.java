/** Everything that makes clients of a cluster: keys, settings, names, errors. */
@NullMarked
package dev.mq.kafka.internal.client;

import org.jspecify.annotations.NullMarked;
