package dev.mq.rabbit.internal.stream;

import org.jspecify.annotations.Nullable;

/**
 * What goes round in the token queue of a group and a partition. A marker has no authority: it
 * tells its sender that everything before it has come.
 *
 * @param epoch rises with every holder, and when a position goes back; {@link #MARKER} for a marker
 * @param next the committed position, or {@link #NO_COMMIT}
 * @param by names this very message
 * @param to the member it is handed over to, or null for whoever gets it
 */
record Token(long epoch, long next, String by, @Nullable String to) {
  static final long MARKER = -1;
  static final long NO_COMMIT = -1;

  static Token marker(String by) {
    return new Token(MARKER, NO_COMMIT, by, null);
  }

  boolean isMarker() {
    return epoch == MARKER;
  }

  /** Returns whether this one counts and not the other: of equal epochs the highest position. */
  boolean beats(Token other) {
    return epoch > other.epoch || (epoch == other.epoch && next >= other.next);
  }
}
