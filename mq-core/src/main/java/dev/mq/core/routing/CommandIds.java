package dev.mq.core.routing;

import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** Makes ids of commands: one random half for the author, one that counts. Thread-safe. */
public final class CommandIds {
  private final long author = UUID.randomUUID().getMostSignificantBits();
  private final AtomicLong number = new AtomicLong();

  /** Returns an id that no other author and no earlier call made. */
  public UUID next() {
    return new UUID(author, number.incrementAndGet());
  }
}
