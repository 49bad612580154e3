package dev.mq.spi;

/**
 * One totally ordered, durable sequence of commands shared by every client of the system: the
 * ground the runtime routes on. Thread-safe.
 */
public interface TopologyLog {
  /**
   * Appends a command and returns its offset once it is durable. Blocks. When it throws, the
   * command may still appear; the runtime makes commands idempotent.
   */
  long append(byte[] command);

  /**
   * Asks for the end: an offset greater than that of every command whose {@link #append} returned
   * before this call, anywhere (a linearizable read). Answers on any thread, possibly inside the
   * call. The runtime has one such request open at a time.
   */
  void readEnd(EndCallback callback);

  /**
   * Returns what {@link #readEnd} would answer where that costs no I/O, else -1. Called for every
   * publish.
   */
  default long endNow() {
    return -1;
  }

  /**
   * Starts to hand over all commands from the first one still there, in offset order, one at a
   * time, for ever, until the session closes.
   *
   * @return a handle to stop
   */
  Subscription follow(Follower follower);

  /**
   * Removes commands below an offset; may do nothing. The runtime calls it after it appended a
   * snapshot.
   */
  void trim(long below);

  /** Gets the answer of {@link #readEnd}. */
  interface EndCallback {
    /** The end. */
    void end(long offset);

    /** It could not be read. */
    void failed(Throwable error);
  }

  /** Gets commands. Does not block for long. */
  interface Follower {
    /** The command at an offset. */
    void command(long offset, byte[] command);

    /** Everything below an offset was handed over, although the last offsets held no command. */
    void reached(long offset);
  }

  /** Ends a {@link #follow}. */
  interface Subscription {
    /** Stops; no command is handed over after it returned. Idempotent. */
    void close();
  }
}
