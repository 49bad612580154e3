/** The engine behind the service-provider interface: sessions, drivers and publishers. */
@NullMarked
package dev.mq.inmemory.internal;

import org.jspecify.annotations.NullMarked;
