package dev.mq.tck;

/** A client program of its own that a test can kill. Closing it without a kill ends it, too. */
interface Client extends AutoCloseable {
  /** Returns what it said. */
  Seen<String> said();

  /** Ends it as the death of its process would: it closes nothing. */
  void kill();

  @Override
  void close();
}
