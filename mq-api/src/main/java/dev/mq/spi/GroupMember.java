package dev.mq.spi;

import dev.mq.api.Positions;

/** A member of a log group. As {@link RecordSource}. */
public interface GroupMember extends RecordSource {
  /**
   * Commits positions (next to read) of partitions owned by this member. Must not wait for the
   * answer where the system allows. Fails with {@code FENCED} for partitions not owned any more,
   * and changes nothing of them then (G-07).
   *
   * <p>Every commit is answered exactly once, in the end by {@link #close}. One made inside a call
   * of the {@link GroupListener} is answered inside this call or by another thread: the caller
   * waits for it before it lets the partitions go.
   */
  void commit(Positions positions, CommitCallback callback);

  /** Gets the answer of a commit; from any thread, does not block, does not run user code. */
  @FunctionalInterface
  interface CommitCallback {
    /**
     * The commit is done.
     *
     * @param error null when the system took it; else classified by {@link BackendSession#classify}
     */
    void done(@org.jspecify.annotations.Nullable Throwable error);
  }
}
