/**
 * The embedded backend: full semantics in one process, with a controllable clock and scripted
 * faults.
 */
@NullMarked
package dev.mq.inmemory;

import org.jspecify.annotations.NullMarked;
