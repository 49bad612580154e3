package dev.mq.api;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One number per partition: offsets, or a lag. Immutable. */
public final class Positions {
  private static final Positions NONE = new Positions(new TreeMap<>());

  private final SortedMap<Integer, Long> offsets;

  private Positions(SortedMap<Integer, Long> offsets) {
    this.offsets = offsets;
  }

  /** Returns positions of no partition. */
  public static Positions none() {
    return NONE;
  }

  /** Returns the position of one partition. */
  public static Positions of(int partition, long offset) {
    return of(Map.of(partition, offset));
  }

  /**
   * Returns positions.
   *
   * @throws MqException {@code INVALID_ARGUMENT} when a partition or an offset is negative
   */
  public static Positions of(Map<Integer, Long> offsets) {
    requireNonNull(offsets, "offsets")
        .forEach(
            (p, o) -> {
              if (p < 0 || o < 0) {
                throw new MqException(
                    ErrorCode.INVALID_ARGUMENT, "negative position " + p + "/" + o);
              }
            });
    return new Positions(new TreeMap<>(offsets));
  }

  /** Returns a copy in which one partition has another position. */
  public Positions with(int partition, long offset) {
    TreeMap<Integer, Long> copy = new TreeMap<>(offsets);
    copy.put(partition, offset);
    return of(copy);
  }

  /** Returns the position of a partition, if it has one. */
  public OptionalLong offset(int partition) {
    Long o = offsets.get(partition);
    return o == null ? OptionalLong.empty() : OptionalLong.of(o);
  }

  /** Returns the positions by partition, ascending; unmodifiable. */
  public Map<Integer, Long> offsets() {
    return Collections.unmodifiableMap(offsets);
  }

  /** Returns the sum over all partitions, such as a total lag. */
  public long total() {
    return offsets.values().stream().mapToLong(Long::longValue).sum();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Positions that && offsets.equals(that.offsets);
  }

  @Override
  public int hashCode() {
    return offsets.hashCode();
  }

  @Override
  public String toString() {
    return offsets.toString();
  }
}
