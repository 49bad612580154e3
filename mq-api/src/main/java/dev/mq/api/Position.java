package dev.mq.api;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/** Where a reader or a new group starts, or where a reader ends. Immutable. */
public sealed interface Position {
  /** Returns the first record still there. */
  static Position begin() {
    return Begin.INSTANCE;
  }

  /** Returns the end as it is when the reader or group opens. */
  static Position end() {
    return End.INSTANCE;
  }

  /** Returns the first record with a timestamp at or after a time (L-08). */
  static Position at(Instant time) {
    return new At(time);
  }

  /** Returns offsets; a partition that is not named starts at its beginning, or ends at its end. */
  static Position of(Positions positions) {
    return new Offsets(positions);
  }

  /** The first record still there. */
  enum Begin implements Position {
    /** The only instance. */
    INSTANCE
  }

  /** The end when opened. */
  enum End implements Position {
    /** The only instance. */
    INSTANCE
  }

  /**
   * A time.
   *
   * @param time the earliest timestamp
   */
  record At(Instant time) implements Position {
    /** Checks for null. */
    public At {
      requireNonNull(time, "time");
    }
  }

  /**
   * Offsets per partition.
   *
   * @param positions next to read, per partition
   */
  record Offsets(Positions positions) implements Position {
    /** Checks for null. */
    public Offsets {
      requireNonNull(positions, "positions");
    }
  }
}
