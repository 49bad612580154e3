package dev.mq.api;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Immutable headers of a message, or arguments of a binding: names with typed values, in the order
 * they were set.
 *
 * <p>Values are a closed set: {@link String}, {@code long}, {@code double}, {@code boolean}, {@code
 * byte[]} and null. They arrive with the type they were sent with (P-09). Names are case-sensitive.
 * Thread-safe.
 */
public final class Headers {
  /** The longest allowed name in bytes of UTF-8 (a short string of AMQP 0-9-1). */
  public static final int MAX_NAME_BYTES = 255;

  private static final Headers EMPTY = new Headers(new String[0], new Object[0]);

  private final String[] names;
  private final @Nullable Object[] values;

  private Headers(String[] names, @Nullable Object[] values) {
    this.names = names;
    this.values = values;
  }

  /** Returns headers without an entry. */
  public static Headers empty() {
    return EMPTY;
  }

  /** Returns a builder without entries. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns a builder that starts with these headers. */
  public Builder toBuilder() {
    Builder b = new Builder();
    b.names = names.clone();
    b.values = values.clone();
    b.size = names.length;
    return b;
  }

  /** Returns the number of headers. */
  public int size() {
    return names.length;
  }

  /** Returns whether there is no header. */
  public boolean isEmpty() {
    return names.length == 0;
  }

  /** Returns whether a header of this name exists, also one with a null value. */
  public boolean contains(String name) {
    return indexOf(name) >= 0;
  }

  /** Returns the names in the order they were set. */
  public List<String> names() {
    return List.of(names);
  }

  /**
   * Returns the name at an index from 0 to {@code size() - 1}; for loops that must not allocate.
   */
  public String nameAt(int index) {
    return names[index];
  }

  /**
   * Returns the value at an index: String, Long, Double, Boolean, {@code byte[]} or null. An array
   * is the header's own: it must not be changed.
   */
  public @Nullable Object valueAt(int index) {
    return values[index];
  }

  /**
   * Returns the value of a header: String, Long, Double, Boolean, {@code byte[]} (a copy) or null.
   * Null also when there is no such header; see {@link #contains}.
   */
  public @Nullable Object value(String name) {
    int i = indexOf(name);
    Object v = i < 0 ? null : values[i];
    return v instanceof byte[] bytes ? bytes.clone() : v;
  }

  /** Returns the text of a header, or null when there is none or it is no String. */
  public @Nullable String text(String name) {
    int i = indexOf(name);
    return i >= 0 && values[i] instanceof String s ? s : null;
  }

  /**
   * Returns the value of a {@code long} header, or {@code otherwise} when there is none or it is no
   * long.
   */
  public long number(String name, long otherwise) {
    int i = indexOf(name);
    return i >= 0 && values[i] instanceof Long n ? n : otherwise;
  }

  private int indexOf(String name) {
    requireNonNull(name, "name");
    for (int i = 0; i < names.length; i++) {
      if (names[i].equals(name)) {
        return i;
      }
    }
    return -1;
  }

  /** Equal when the same names have equal values of the same type, in any order. */
  @Override
  public boolean equals(@Nullable Object other) {
    if (!(other instanceof Headers that) || that.names.length != names.length) {
      return false;
    }
    for (int i = 0; i < names.length; i++) {
      int j = that.indexOf(names[i]);
      if (j < 0 || !Objects.deepEquals(values[i], that.values[j])) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int hashCode() {
    int h = 0;
    for (int i = 0; i < names.length; i++) {
      Object v = values[i];
      h +=
          names[i].hashCode() * 31
              ^ (v instanceof byte[] b ? Arrays.hashCode(b) : Objects.hashCode(v));
    }
    return h;
  }

  /** Returns the names only: values may be secrets (S-07). */
  @Override
  public String toString() {
    return "Headers" + Arrays.toString(names);
  }

  /** Collects headers. Not thread-safe. Setting a name again replaces its value. */
  public static final class Builder {
    private String[] names = new String[4];
    private @Nullable Object[] values = new Object[4];
    private int size;

    private Builder() {}

    /** Sets a text header. */
    public Builder put(String name, String value) {
      return set(name, requireNonNull(value, "value"));
    }

    /** Sets an integer header; {@code int} and {@code short} values arrive as {@code long}. */
    public Builder put(String name, long value) {
      return set(name, value);
    }

    /** Sets a floating-point header. */
    public Builder put(String name, double value) {
      return set(name, value);
    }

    /** Sets a boolean header. */
    public Builder put(String name, boolean value) {
      return set(name, value);
    }

    /** Sets a binary header; the array is copied. */
    public Builder put(String name, byte[] value) {
      return set(name, requireNonNull(value, "value").clone());
    }

    /** Sets a header that exists and has no value. */
    public Builder putNull(String name) {
      return set(name, null);
    }

    /** Sets all headers of another set. */
    public Builder putAll(Headers other) {
      requireNonNull(other, "other");
      for (int i = 0; i < other.names.length; i++) {
        set(other.names[i], other.values[i]);
      }
      return this;
    }

    /** Removes a header if it is there. */
    public Builder remove(String name) {
      requireNonNull(name, "name");
      for (int i = 0; i < size; i++) {
        if (names[i].equals(name)) {
          System.arraycopy(names, i + 1, names, i, size - i - 1);
          System.arraycopy(values, i + 1, values, i, size - i - 1);
          size--;
          break;
        }
      }
      return this;
    }

    /** Returns the headers set so far. */
    public Headers build() {
      return size == 0
          ? EMPTY
          : new Headers(Arrays.copyOf(names, size), Arrays.copyOf(values, size));
    }

    private Builder set(String name, @Nullable Object value) {
      checkName(name);
      for (int i = 0; i < size; i++) {
        if (names[i].equals(name)) {
          values[i] = value;
          return this;
        }
      }
      if (size == names.length) {
        int room = Math.max(4, size * 2); // one that started with no headers has none
        names = Arrays.copyOf(names, room);
        values = Arrays.copyOf(values, room);
      }
      names[size] = name;
      values[size++] = value;
      return this;
    }

    private static void checkName(String name) {
      requireNonNull(name, "name");
      if (name.isEmpty() || Names.utf8Length(name) > MAX_NAME_BYTES) {
        throw new MqException(
            ErrorCode.INVALID_ARGUMENT,
            "header name must have 1 to " + MAX_NAME_BYTES + " bytes of UTF-8");
      }
    }
  }
}
