/** The compatibility kit on the embedded engine, and on broken copies of it. */
@NullMarked
package dev.mq.inmemory.tck;

import org.jspecify.annotations.NullMarked;
