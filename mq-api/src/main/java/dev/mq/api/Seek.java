package dev.mq.api;

/**
 * Moves the position of a partition that is just being assigned; usable only inside the callback.
 */
@FunctionalInterface
public interface Seek {
  /** Reads on at the least offset at or after {@code offset} (L-06). */
  void to(int partition, long offset);
}
