/**
 * The types users write against: open a broker, declare a topology, produce, consume, read logs.
 */
@NullMarked
package dev.mq.api;

import org.jspecify.annotations.NullMarked;
