package dev.mq.core.routing;

import static java.util.Objects.requireNonNull;

import dev.mq.api.Binding;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.QueueSpec;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * All of a topology at one offset of its log, in one order: equal states give equal snapshots.
 *
 * @param offset the last offset whose command is in it; -1 when there was none
 * @param exchanges by name
 * @param queues by name
 * @param bindings by exchange, destination, key and arguments
 * @param recentIds ids of the last commands, oldest first: a late repetition of one of them changes
 *     nothing
 */
public record TopologySnapshot(
    long offset,
    List<ExchangeSpec> exchanges,
    List<QueueEntry> queues,
    List<Binding> bindings,
    List<UUID> recentIds) {
  /** Copies the lists. */
  public TopologySnapshot {
    exchanges = List.copyOf(exchanges);
    queues = List.copyOf(queues);
    bindings = List.copyOf(bindings);
    recentIds = List.copyOf(recentIds);
  }

  /**
   * A queue that exists.
   *
   * @param spec its properties
   * @param incarnation tells it from earlier ones of its name
   * @param ownerId who may use it when it is exclusive, or null
   */
  public record QueueEntry(QueueSpec spec, String incarnation, @Nullable String ownerId) {
    /** Checks for nulls. */
    public QueueEntry {
      requireNonNull(spec, "spec");
      requireNonNull(incarnation, "incarnation");
    }
  }
}
