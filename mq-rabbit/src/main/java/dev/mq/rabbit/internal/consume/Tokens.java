package dev.mq.rabbit.internal.consume;

/**
 * Tokens of deliveries: the number of the channel's life and the delivery tag in it, so that a late
 * settlement never reaches a later channel, which would close for a tag it does not know.
 */
final class Tokens {
  private static final int TAG_BITS = 40;

  private Tokens() {}

  static long token(long life, long tag) {
    return life << TAG_BITS | tag;
  }

  static long life(long token) {
    return token >>> TAG_BITS;
  }

  static long tag(long token) {
    return token & ((1L << TAG_BITS) - 1);
  }
}
