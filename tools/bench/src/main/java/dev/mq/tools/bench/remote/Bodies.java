package dev.mq.tools.bench.remote;

import java.util.Random;

/** Bodies and keys made before anything is measured; half of each body is random. */
final class Bodies {
  private static final int COUNT = 1024;
  private static final int KEYS = 10_000;

  private final byte[][] bodies = new byte[COUNT][];
  private final String[] keys = new String[KEYS];

  Bodies(int bytes) {
    Random random = new Random(7);
    for (int i = 0; i < COUNT; i++) {
      byte[] half = new byte[bytes / 2];
      random.nextBytes(half);
      bodies[i] = new byte[bytes];
      System.arraycopy(half, 0, bodies[i], 0, half.length);
    }
    for (int i = 0; i < KEYS; i++) {
      keys[i] = "key-" + i;
    }
  }

  byte[] body(int i) {
    return bodies[i & (COUNT - 1)];
  }

  String key(int i) {
    return keys[(int) (((i * 2654435761L) >>> 8) % KEYS)];
  }
}
