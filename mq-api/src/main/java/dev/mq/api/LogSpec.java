package dev.mq.api;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a log is declared as. Immutable. One partition and no retention limit unless said otherwise.
 */
public final class LogSpec {
  private final String name;
  private final int partitions;
  private final @Nullable Duration retention;
  private final long retentionBytes;
  private final boolean existing;

  private LogSpec(Builder b) {
    this.name = b.name;
    this.partitions = b.partitions;
    this.retention = b.retention;
    this.retentionBytes = b.retentionBytes;
    this.existing = b.existing;
  }

  /** Returns the spec of a log with a number of partitions and no retention limit. */
  public static LogSpec of(String name, int partitions) {
    return builder(name).partitions(partitions).build();
  }

  /**
   * Returns a builder; the name has 1 to 200 bytes of UTF-8 and no control character. One with the
   * {@code mq.} prefix is the library's own: no {@link Topology} takes it.
   */
  public static Builder builder(String name) {
    return new Builder(name);
  }

  /** Returns a builder that starts with this spec. */
  public Builder toBuilder() {
    Builder b = new Builder(name);
    b.partitions = partitions;
    b.retention = retention;
    b.retentionBytes = retentionBytes;
    b.existing = existing;
    return b;
  }

  /** Returns the name. */
  public String name() {
    return name;
  }

  /** Returns the number of partitions. */
  public int partitions() {
    return partitions;
  }

  /**
   * Returns how long a record is kept at least, or null for ever. Whole segments go, so records may
   * stay longer.
   */
  public @Nullable Duration retention() {
    return retention;
  }

  /** Returns how many bytes a partition keeps at least, or 0 for no limit. */
  public long retentionBytes() {
    return retentionBytes;
  }

  /** Returns whether the log was made by somebody else and is only attached to. */
  public boolean existing() {
    return existing;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof LogSpec that
        && name.equals(that.name)
        && partitions == that.partitions
        && Objects.equals(retention, that.retention)
        && retentionBytes == that.retentionBytes
        && existing == that.existing;
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, partitions, retention, retentionBytes, existing);
  }

  /** Returns the properties as shown in conflicts and plans. */
  @Override
  public String toString() {
    return "log '"
        + name
        + "' (partitions="
        + partitions
        + (retention == null ? "" : ", retention=" + retention.toMillis() + "ms")
        + (retentionBytes == 0 ? "" : ", retentionBytes=" + retentionBytes)
        + (existing ? ", existing" : "")
        + ")";
  }

  /** Collects the properties of a log. Not thread-safe. */
  public static final class Builder {
    private final String name;
    private int partitions = 1;
    private @Nullable Duration retention;
    private long retentionBytes;
    private boolean existing;

    private Builder(String name) {
      this.name = Names.checkAnybodys("log", name);
    }

    /**
     * Sets the number of partitions, 1 to 10 000. It can be raised later, see {@link
     * Log#addPartitions}.
     */
    public Builder partitions(int partitions) {
      if (partitions < 1 || partitions > 10_000) {
        throw new MqException(
            ErrorCode.INVALID_ARGUMENT, "partitions must be 1 to 10000, is " + partitions);
      }
      this.partitions = partitions;
      return this;
    }

    /** Keeps records at least this long, more than zero; kept to the millisecond. */
    public Builder retention(Duration retention) {
      if (requireNonNull(retention, "retention").toMillis() <= 0) {
        throw new MqException(
            ErrorCode.INVALID_ARGUMENT, "retention must be at least 1 ms, is " + retention);
      }
      this.retention = Duration.ofMillis(retention.toMillis());
      return this;
    }

    /** Keeps at least this many bytes a partition, 1 or more. */
    public Builder retentionBytes(long retentionBytes) {
      if (retentionBytes < 1) {
        throw new MqException(
            ErrorCode.INVALID_ARGUMENT, "retentionBytes must be at least 1, is " + retentionBytes);
      }
      this.retentionBytes = retentionBytes;
      return this;
    }

    /** Attaches to a log that somebody else made; it is never created or deleted here. */
    public Builder existing() {
      this.existing = true;
      return this;
    }

    /** Returns the spec. */
    public LogSpec build() {
      return new LogSpec(this);
    }
  }
}
