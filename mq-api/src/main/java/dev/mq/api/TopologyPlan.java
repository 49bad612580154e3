package dev.mq.api;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What declaring a topology would do, found out without a side effect (Z-01).
 *
 * @param changes one entry for each exchange, queue, log and binding, in the order they would be
 *     made
 */
public record TopologyPlan(List<Change> changes) {
  /** Copies the list. */
  public TopologyPlan {
    changes = List.copyOf(changes);
  }

  /** Returns whether declaring would change nothing, and everything could be seen. */
  public boolean isEqual() {
    return changes.stream().allMatch(c -> c.action() == Action.EQUAL);
  }

  /** Returns whether declaring would fail. */
  public boolean hasConflicts() {
    return changes.stream().anyMatch(c -> c.action() == Action.CONFLICT);
  }

  /** What would happen to one thing. */
  public enum Action {
    /** It is not there and would be made. */
    CREATE,
    /** It is there and would be changed in place, such as added partitions. */
    ALTER,
    /** It is there as asked for. */
    EQUAL,
    /** It is there with other properties; declaring fails. */
    CONFLICT,
    /** This backend cannot show whether it is there. */
    UNVERIFIABLE
  }

  /**
   * One line of a plan.
   *
   * @param action what would happen
   * @param requested the thing asked for, with its properties
   * @param existing what is there, or null when nothing is or it cannot be seen
   */
  public record Change(Action action, String requested, @Nullable String existing) {
    /** Checks for nulls. */
    public Change {
      requireNonNull(action, "action");
      requireNonNull(requested, "requested");
    }
  }
}
