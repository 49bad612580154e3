/** Logs over the stream protocol, and their groups over leases. */
@NullMarked
package dev.mq.rabbit.internal.stream;

import org.jspecify.annotations.NullMarked;
