package dev.mq.spi;

import dev.mq.api.Positions;

/** A member of a log group. As {@link RecordSource}. */
public interface GroupMember extends RecordSource {
  /**
   * Commits positions (next to read) of partitions owned by this member. Must not wait for the
   * answer where the system allows. Fails with {@code FENCED} for partitions not owned any more,
   * and changes nothing of them then (G-07).
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
