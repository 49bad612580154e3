package dev.mq.core.log;

import java.nio.charset.StandardCharsets;

/** The 32-bit MurmurHash2 with the seed that Kafka's clients use to choose partitions. */
final class Murmur2 {
  private static final int SEED = 0x9747b28c;
  private static final int M = 0x5bd1e995;
  private static final int R = 24;

  private Murmur2() {}

  /** Returns the hash of the UTF-8 bytes of a text. */
  static int hash(String text) {
    return hash(text.getBytes(StandardCharsets.UTF_8));
  }

  static int hash(byte[] data) {
    int length = data.length;
    int h = SEED ^ length;
    int whole = length & ~3;
    for (int i = 0; i < whole; i += 4) {
      h = (h * M) ^ mix(word(data, i));
    }
    if (length > whole) {
      for (int i = length - 1; i >= whole; i--) {
        h ^= (data[i] & 0xff) << (8 * (i - whole));
      }
      h *= M;
    }
    h = (h ^ h >>> 13) * M;
    return h ^ h >>> 15;
  }

  private static int mix(int word) {
    int k = word * M;
    return (k ^ k >>> R) * M;
  }

  /** Returns four bytes, the first one lowest. */
  private static int word(byte[] data, int i) {
    return (data[i] & 0xff)
        | ((data[i + 1] & 0xff) << 8)
        | ((data[i + 2] & 0xff) << 16)
        | ((data[i + 3] & 0xff) << 24);
  }
}
