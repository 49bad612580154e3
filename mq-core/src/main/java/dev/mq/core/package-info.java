/** The one implementation of the user API, the same over every backend. */
@NullMarked
package dev.mq.core;

import org.jspecify.annotations.NullMarked;
