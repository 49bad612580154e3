/**
 * The compatibility kit that proves of a backend, guarantee by guarantee, that it keeps the
 * contract. A backend's tests extend {@link dev.mq.tck.MqTck} once and describe themselves by a
 * {@link dev.mq.tck.Harness}; all else is the kit's own.
 */
@NullMarked
package dev.mq.tck;

import org.jspecify.annotations.NullMarked;
