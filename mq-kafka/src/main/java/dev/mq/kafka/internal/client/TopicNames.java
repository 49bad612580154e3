package dev.mq.kafka.internal.client;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What topics are called. Immutable.
 *
 * <p>A log whose name Kafka allows is the topic of that name, so that foreign clients find it and
 * foreign topics can be read. Everything else is below {@code mq.}, which no name of a program
 * starts with: {@code mq.q.NAME.INCARNATION} for a queue and its share group, {@code mq.l.NAME} for
 * other logs. In {@code NAME} a byte of UTF-8 that is no letter, digit, dot or dash is written as
 * {@code _} and two hexadecimal digits. What is too long for a topic then is {@code mq.q-HASH} or
 * {@code mq.l-HASH}, with the SHA-256 of what it would have been. No two things share a name.
 */
public final class TopicNames {
  private static final int LONGEST = 249;
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private final String prefix;

  /** Creates names that all start with a prefix, possibly empty. */
  public TopicNames(String prefix) {
    this.prefix = requireNonNull(prefix, "prefix");
  }

  /** Returns the topic of a queue, which is also the name of its share group. */
  public String queue(String name, String incarnation) {
    return fit("mq.q", escape(name) + "." + escape(incarnation).replace(".", "_2E"));
  }

  /** Returns the topic of a log. */
  public String log(String name) {
    boolean plain =
        name.matches("[a-zA-Z0-9._-]+")
            && !name.startsWith("__")
            && !name.startsWith("mq.")
            && !name.equals(".")
            && !name.equals("..")
            && prefix.length() + name.length() <= LONGEST;
    return plain ? prefix + name : fit("mq.l", escape(name));
  }

  /** Returns the topic of the topology log. */
  public String topology() {
    return prefix + "mq.topology";
  }

  /** Returns what a group of a program is called in the cluster. */
  public String group(String name) {
    return prefix + name;
  }

  private String fit(String kind, String escaped) {
    String whole = prefix + kind + "." + escaped;
    return whole.length() <= LONGEST ? whole : prefix + kind + "-" + hash(escaped);
  }

  private static String escape(String name) {
    StringBuilder s = new StringBuilder(name.length() + 16);
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      boolean plain =
          (b >= 'a' && b <= 'z')
              || (b >= 'A' && b <= 'Z')
              || (b >= '0' && b <= '9')
              || b == '.'
              || b == '-';
      if (plain) {
        s.append((char) b);
      } else {
        s.append('_').append(HEX.toHexDigits(b));
      }
    }
    return s.toString();
  }

  private static String hash(String s) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return HEX.formatHex(sha.digest(s.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JVM has SHA-256", e);
    }
  }
}
