package dev.mq.api;

import static java.util.Objects.requireNonNull;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What an exchange is declared as. Immutable. Exchanges are durable. */
public final class ExchangeSpec {
  private final String name;
  private final ExchangeType type;
  private final @Nullable String alternate;

  private ExchangeSpec(Builder b) {
    this.name = b.name;
    this.type = b.type;
    this.alternate = b.alternate;
  }

  /** Returns the spec of a direct exchange. */
  public static ExchangeSpec direct(String name) {
    return builder(name, ExchangeType.DIRECT).build();
  }

  /** Returns the spec of a topic exchange. */
  public static ExchangeSpec topic(String name) {
    return builder(name, ExchangeType.TOPIC).build();
  }

  /** Returns the spec of a fanout exchange. */
  public static ExchangeSpec fanout(String name) {
    return builder(name, ExchangeType.FANOUT).build();
  }

  /** Returns the spec of a headers exchange. */
  public static ExchangeSpec headers(String name) {
    return builder(name, ExchangeType.HEADERS).build();
  }

  /**
   * Returns a builder; the name has 1 to 200 bytes of UTF-8, no control character and no {@code
   * mq.} prefix.
   */
  public static Builder builder(String name, ExchangeType type) {
    return new Builder(name, type);
  }

  /** Returns a builder that starts with this spec. */
  public Builder toBuilder() {
    Builder b = new Builder(name, type);
    b.alternate = alternate;
    return b;
  }

  /** Returns the name. */
  public String name() {
    return name;
  }

  /** Returns the type. */
  public ExchangeType type() {
    return type;
  }

  /** Returns the exchange that gets what nothing in this exchange matched, or null. */
  public @Nullable String alternate() {
    return alternate;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ExchangeSpec that
        && name.equals(that.name)
        && type == that.type
        && Objects.equals(alternate, that.alternate);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, type, alternate);
  }

  /** Returns the properties as shown in conflicts and plans. */
  @Override
  public String toString() {
    return "exchange '"
        + name
        + "' (type="
        + type
        + (alternate == null ? "" : ", alternate=" + alternate)
        + ")";
  }

  /** Collects the properties of an exchange. Not thread-safe. */
  public static final class Builder {
    private final String name;
    private final ExchangeType type;
    private @Nullable String alternate;

    private Builder(String name, ExchangeType type) {
      this.name = Names.check("exchange", name);
      this.type = requireNonNull(type, "type");
    }

    /** Sets the exchange that gets what nothing in this exchange matched. */
    public Builder alternate(@Nullable String alternate) {
      this.alternate = alternate == null ? null : Names.check("alternate", alternate);
      return this;
    }

    /** Returns the spec. */
    public ExchangeSpec build() {
      return new ExchangeSpec(this);
    }
  }
}
