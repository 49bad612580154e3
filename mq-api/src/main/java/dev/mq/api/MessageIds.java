package dev.mq.api;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes message ids: 96 random bits drawn once a process, then a counter. Unique across processes,
 * cheap within one.
 */
final class MessageIds {
  private static final String PREFIX = prefix();
  private static final AtomicLong COUNTER = new AtomicLong();

  private MessageIds() {}

  static String next() {
    return PREFIX.concat(Long.toHexString(COUNTER.incrementAndGet()));
  }

  private static String prefix() {
    byte[] random = new byte[12];
    new SecureRandom().nextBytes(random);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(random) + ".";
  }
}
