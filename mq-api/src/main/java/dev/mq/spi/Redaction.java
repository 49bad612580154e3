package dev.mq.spi;

import static java.util.Objects.requireNonNull;

import java.util.regex.Pattern;

/** Takes secrets out of texts for people: exceptions, logs and reports (S-04). */
public final class Redaction {
  /** What is shown in the place of a secret. */
  public static final String HIDDEN = "***";

  // Up to the last @ before the next address, because the password of a malformed one may hold any
  // character.
  private static final Pattern USER_INFO = Pattern.compile("://(?:(?!://).)*@", Pattern.DOTALL);

  private Redaction() {}

  /**
   * Returns a text with the user information of every address in it hidden: {@code
   * amqp://user:password@host} becomes {@code amqp://***@host}. Hides too much rather than too
   * little when an address is malformed.
   */
  public static String userInfo(String text) {
    return USER_INFO.matcher(requireNonNull(text, "text")).replaceAll("://***@");
  }
}
