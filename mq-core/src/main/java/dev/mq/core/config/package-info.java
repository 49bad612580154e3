/**
 * Looks configuration up, checks it against the declared keys and says where each value came from.
 */
@NullMarked
package dev.mq.core.config;

import org.jspecify.annotations.NullMarked;
