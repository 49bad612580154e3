package dev.mq.api;

import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What the broker confirmed: routed to at least one queue, or appended to a log. Immutable. */
public final class Receipt {
  private static final Receipt ROUTED = new Receipt(-1, -1);

  private final int partition;
  private final long offset;

  private Receipt(int partition, long offset) {
    this.partition = partition;
    this.offset = offset;
  }

  /** Returns the receipt of a message that is in at least one queue. */
  public static Receipt routed() {
    return ROUTED;
  }

  /**
   * Returns the receipt of an appended record.
   *
   * @param partition the partition, 0 or more
   * @param offset the offset, or -1 when the broker does not tell (no {@link
   *     Capability#APPEND_OFFSET})
   */
  public static Receipt appended(int partition, long offset) {
    return new Receipt(partition, offset);
  }

  /** Returns the partition of an appended record. */
  public OptionalInt partition() {
    return partition < 0 ? OptionalInt.empty() : OptionalInt.of(partition);
  }

  /** Returns the offset of an appended record, where the broker tells (L-01). */
  public OptionalLong offset() {
    return offset < 0 ? OptionalLong.empty() : OptionalLong.of(offset);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Receipt that && partition == that.partition && offset == that.offset;
  }

  @Override
  public int hashCode() {
    return partition * 31 + Long.hashCode(offset);
  }

  @Override
  public String toString() {
    return partition < 0 ? "routed" : "appended at " + partition + (offset < 0 ? "" : "/" + offset);
  }
}
