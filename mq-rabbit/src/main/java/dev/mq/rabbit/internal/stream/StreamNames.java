package dev.mq.rabbit.internal.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Names of what logs keep at the broker. No two logs or groups share one. */
final class StreamNames {
  private static final int MAX_BYTES = 255;

  private StreamNames() {}

  /** Returns the queue in which the token of a group for a partition goes round. */
  static String tokens(String group, String stream) {
    return fit("mq.lease." + escape(group) + "/" + stream);
  }

  /** Returns the stream that holds the properties of a log and the names of its groups. */
  static String register(String log) {
    return "mq.log." + log;
  }

  private static String escape(String group) {
    return group.replace("%", "%25").replace("/", "%2f");
  }

  private static String fit(String name) {
    byte[] bytes = name.getBytes(UTF_8);
    if (bytes.length <= MAX_BYTES) {
      return name;
    }
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      return "mq.lease:" + HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
