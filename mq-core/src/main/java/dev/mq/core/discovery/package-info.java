/** Finds backends on the class path and explains what it found. */
@NullMarked
package dev.mq.core.discovery;

import org.jspecify.annotations.NullMarked;
