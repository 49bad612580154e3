/**
 * The compatibility kit that proves of a backend, guarantee by guarantee, that it keeps the
 * contract.
 */
@NullMarked
package dev.mq.tck;

import org.jspecify.annotations.NullMarked;
