package dev.mq.core.routing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Says of most words that no pattern has them, with one look at little memory. One writer, any
 * number of readers. Words that went stay until the filter is made anew.
 */
final class WordFilter {
  private static final VarHandle BITS = MethodHandles.arrayElementVarHandle(long[].class);
  private static final int BITS_PER_NODE = 4;

  private final long[] bits;
  private int additions;

  /** Creates an empty filter for so many words. */
  WordFilter(int words) {
    int wanted = Math.max(words * BITS_PER_NODE, Long.SIZE);
    bits = new long[Integer.highestOneBit(wanted * 2 - 1) / Long.SIZE];
  }

  boolean mayHave(int low, int high) {
    int at = at(low, high);
    return ((long) BITS.getAcquire(bits, at >>> 6 & bits.length - 1) >>> at & 1) != 0;
  }

  void add(int low, int high) {
    int at = at(low, high < 0 ? Words.LONG : high);
    int index = at >>> 6 & bits.length - 1;
    BITS.setRelease(bits, index, bits[index] | 1L << at);
    additions++;
  }

  boolean isFull() {
    return additions * BITS_PER_NODE > bits.length * Long.SIZE;
  }

  private static int at(int low, int high) {
    int h = (low ^ low >>> 15) * 0x9E3779B9 + high * 0x27D4EB2F;
    h = (h ^ h >>> 16) * 0x85EBCA6B;
    return h ^ h >>> 13;
  }
}
