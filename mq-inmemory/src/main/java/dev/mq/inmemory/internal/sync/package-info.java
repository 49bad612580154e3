/** How threads wait for the engine, and for it to come to rest. */
@NullMarked
package dev.mq.inmemory.internal.sync;

import org.jspecify.annotations.NullMarked;
