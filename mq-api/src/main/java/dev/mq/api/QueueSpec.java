package dev.mq.api;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a queue is declared as. Immutable. Durable, unbounded and shared unless said otherwise. */
public final class QueueSpec {
  private final String name;
  private final boolean durable;
  private final @Nullable Duration timeToLive;
  private final long maxLength;
  private final Overflow overflow;
  private final int maxPriority;
  private final boolean singleActiveConsumer;
  private final boolean exclusive;
  private final boolean temporary;
  private final boolean existing;

  private QueueSpec(Builder b) {
    this.name = b.name;
    this.durable = b.durable;
    this.timeToLive = b.timeToLive;
    this.maxLength = b.maxLength;
    this.overflow = b.overflow;
    this.maxPriority = b.maxPriority;
    this.singleActiveConsumer = b.singleActiveConsumer;
    this.exclusive = b.exclusive;
    this.temporary = b.temporary;
    this.existing = b.existing;
  }

  /** Returns the spec of a durable queue with defaults. */
  public static QueueSpec of(String name) {
    return builder(name).build();
  }

  /**
   * Returns a builder; the name has 1 to 200 bytes of UTF-8, no control character and no {@code
   * mq.} prefix.
   */
  public static Builder builder(String name) {
    return new Builder(name);
  }

  /** Returns a builder that starts with this spec. */
  public Builder toBuilder() {
    Builder b = new Builder(name);
    b.durable = durable;
    b.timeToLive = timeToLive;
    b.maxLength = maxLength;
    b.overflow = overflow;
    b.maxPriority = maxPriority;
    b.singleActiveConsumer = singleActiveConsumer;
    b.exclusive = exclusive;
    b.temporary = temporary;
    b.existing = existing;
    return b;
  }

  /** Returns the name. */
  public String name() {
    return name;
  }

  /** Returns whether queue and messages survive a restart of the broker; true by default (D-07). */
  public boolean durable() {
    return durable;
  }

  /** Returns how long a message may wait before it expires, or null for ever. */
  public @Nullable Duration timeToLive() {
    return timeToLive;
  }

  /** Returns how many messages may wait, or 0 for no limit. */
  public long maxLength() {
    return maxLength;
  }

  /** Returns what happens at {@link #maxLength()}; {@code REJECT_PUBLISH} by default. */
  public Overflow overflow() {
    return overflow;
  }

  /** Returns the highest priority the queue tells apart, or 0 for none. */
  public int maxPriority() {
    return maxPriority;
  }

  /**
   * Returns whether at most one consumer gets messages at a time, the others standing by (O-06).
   */
  public boolean singleActiveConsumer() {
    return singleActiveConsumer;
  }

  /**
   * Returns whether only the declaring {@link Broker} may consume, and the queue goes away with it.
   */
  public boolean exclusive() {
    return exclusive;
  }

  /** Returns whether the queue goes away when its last consumer has gone. */
  public boolean temporary() {
    return temporary;
  }

  /** Returns whether the queue was made by somebody else and is only attached to. */
  public boolean existing() {
    return existing;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof QueueSpec that && toString().equals(that.toString());
  }

  @Override
  public int hashCode() {
    return toString().hashCode();
  }

  /**
   * Returns the properties as shown in conflicts and plans: those that differ from the defaults.
   */
  @Override
  public String toString() {
    StringBuilder s =
        new StringBuilder("queue '").append(name).append("' (durable=").append(durable);
    if (timeToLive != null) {
      s.append(", timeToLive=").append(timeToLive.toMillis()).append("ms");
    }
    if (maxLength > 0) {
      s.append(", maxLength=").append(maxLength).append(", overflow=").append(overflow);
    }
    if (maxPriority > 0) {
      s.append(", maxPriority=").append(maxPriority);
    }
    flag(s, singleActiveConsumer, "singleActiveConsumer");
    flag(s, exclusive, "exclusive");
    flag(s, temporary, "temporary");
    flag(s, existing, "existing");
    return s.append(')').toString();
  }

  private static void flag(StringBuilder s, boolean on, String name) {
    if (on) {
      s.append(", ").append(name);
    }
  }

  /** Collects the properties of a queue. Not thread-safe. */
  public static final class Builder {
    private final String name;
    private boolean durable = true;
    private @Nullable Duration timeToLive;
    private long maxLength;
    private Overflow overflow = Overflow.REJECT_PUBLISH;
    private int maxPriority;
    private boolean singleActiveConsumer;
    private boolean exclusive;
    private boolean temporary;
    private boolean existing;

    private Builder(String name) {
      this.name = Names.check("queue", name);
    }

    /** Sets whether queue and messages survive a restart of the broker. */
    public Builder durable(boolean durable) {
      this.durable = durable;
      return this;
    }

    /**
     * Sets how long a message may wait, 0 or more; kept to the millisecond. Needs {@link
     * Capability#MESSAGE_TTL}.
     */
    public Builder timeToLive(Duration timeToLive) {
      if (requireNonNull(timeToLive, "timeToLive").isNegative()) {
        throw new MqException(
            ErrorCode.INVALID_ARGUMENT, "timeToLive must not be negative, is " + timeToLive);
      }
      this.timeToLive = timeToLive;
      return this;
    }

    /** Bounds the number of waiting messages, 1 or more. Needs {@link Capability#MAX_LENGTH}. */
    public Builder maxLength(long maxLength, Overflow overflow) {
      if (maxLength < 1) {
        throw new MqException(
            ErrorCode.INVALID_ARGUMENT, "maxLength must be at least 1, is " + maxLength);
      }
      this.maxLength = maxLength;
      this.overflow = requireNonNull(overflow, "overflow");
      return this;
    }

    /**
     * Makes the queue tell priorities 0 to {@code maxPriority} (1 to 31) apart. Needs {@link
     * Capability#PRIORITIES}.
     */
    public Builder maxPriority(int maxPriority) {
      if (maxPriority < 1 || maxPriority > 31) {
        throw new MqException(
            ErrorCode.INVALID_ARGUMENT, "maxPriority must be 1 to 31, is " + maxPriority);
      }
      this.maxPriority = maxPriority;
      return this;
    }

    /**
     * Lets at most one consumer get messages at a time. Needs {@link
     * Capability#SINGLE_ACTIVE_CONSUMER}.
     */
    public Builder singleActiveConsumer() {
      this.singleActiveConsumer = true;
      return this;
    }

    /** Ties the queue to the declaring {@link Broker}. Needs {@link Capability#EXCLUSIVE_QUEUE}. */
    public Builder exclusive() {
      this.exclusive = true;
      return this;
    }

    /**
     * Deletes the queue when its last consumer has gone. Needs {@link Capability#TEMPORARY_QUEUE}.
     */
    public Builder temporary() {
      this.temporary = true;
      return this;
    }

    /** Attaches to a queue that somebody else made; it is never created or deleted here. */
    public Builder existing() {
      this.existing = true;
      return this;
    }

    /** Returns the spec. */
    public QueueSpec build() {
      return new QueueSpec(this);
    }
  }
}
