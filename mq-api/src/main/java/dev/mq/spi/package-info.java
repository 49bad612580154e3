/**
 * The contract of a backend: small, batch-shaped and thread-confined; a backend sees nothing else.
 */
@NullMarked
package dev.mq.spi;

import org.jspecify.annotations.NullMarked;
