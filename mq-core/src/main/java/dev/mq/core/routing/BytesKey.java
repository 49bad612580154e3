package dev.mq.core.routing;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A byte array compared by content. One that serves as a key in a table is never changed; a probe
 * is, by its only thread.
 */
final class BytesKey {
  private byte[] bytes;
  private int hash;

  BytesKey(byte[] bytes) {
    this.bytes = bytes;
    this.hash = Arrays.hashCode(bytes);
  }

  BytesKey set(byte[] bytes) {
    this.bytes = bytes;
    this.hash = Arrays.hashCode(bytes);
    return this;
  }

  boolean contentEquals(byte[] other) {
    return Arrays.equals(bytes, other);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof BytesKey that && hash == that.hash && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
