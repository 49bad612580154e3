/** The wire form: how a message lies in a record. */
@NullMarked
package dev.mq.kafka.internal.wire;

import org.jspecify.annotations.NullMarked;
