package dev.mq.core.log;

import dev.mq.api.Positions;
import dev.mq.api.SettleResult;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One commit on its way: of the program when it has a stage, else of the runtime itself. What can
 * change is guarded by the lock of {@link GroupState}.
 */
final class Commit {
  final Positions positions;
  final @Nullable CompletableFuture<@Nullable Void> stage;
  final List<Flush> flushes = new ArrayList<>(0);

  /** The partitions it is about, as they were owned when it was sent. */
  List<Partition> partitions = List.of();

  boolean answered;

  Commit(Positions positions, @Nullable CompletableFuture<@Nullable Void> stage) {
    this.positions = positions;
    this.stage = stage;
  }

  long position(Partition p) {
    return positions.offset(p.number).orElse(CommitLedger.NONE);
  }

  /** Waits for the answers of commits. */
  static final class Flush {
    final CompletableFuture<SettleResult> stage = new CompletableFuture<>();
    int open;
    SettleResult worst = SettleResult.SETTLED;
  }
}
