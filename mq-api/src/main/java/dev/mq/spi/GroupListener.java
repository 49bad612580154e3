package dev.mq.spi;

/**
 * Told of partitions, inside {@link RecordSource#poll} or {@link RecordSource#close} on the calling
 * thread. It may block: for running handlers to end and for commits; it may call {@code seek},
 * {@code commit}, {@code pause} and {@code resume}.
 */
public interface GroupListener {
  /**
   * This member owns these partitions now, and starts at the committed offset, else at the start
   * position.
   */
  void assigned(int[] partitions);

  /**
   * This member gives these partitions up when the call returns; it may still commit during the
   * call.
   */
  void revoked(int[] partitions);

  /** This member has lost these partitions already and cannot commit them. */
  void lost(int[] partitions);
}
