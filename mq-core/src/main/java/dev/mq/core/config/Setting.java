package dev.mq.core.config;

/**
 * A value as somebody configured it.
 *
 * @param key the key it was found under, such as {@code mq.brokers.events.backend}
 * @param text as written: placeholders are not replaced
 * @param source where it was found, for people
 */
record Setting(String key, String text, String source) {
  /** Returns key and source; whether the text is a secret is not known here (S-04). */
  @Override
  public String toString() {
    return key + " (" + source + ")";
  }
}
