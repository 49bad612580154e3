package dev.mq.core.routing;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A byte array compared by content. Never changed. */
final class BytesKey {
  private final byte[] bytes;

  BytesKey(byte[] bytes) {
    this.bytes = bytes;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof BytesKey that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }
}
