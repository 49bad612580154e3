/** Scripted faults: which operation is to fail, and how. */
@NullMarked
package dev.mq.inmemory.internal.fault;

import org.jspecify.annotations.NullMarked;
