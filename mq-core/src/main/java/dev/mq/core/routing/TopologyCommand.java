package dev.mq.core.routing;

import static java.util.Objects.requireNonNull;

import dev.mq.api.Binding;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.QueueSpec;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the topology log: a wish, not a state. {@link TopologyState} decides for everybody
 * alike what becomes of it. Immutable.
 */
public sealed interface TopologyCommand {
  /**
   * Returns what tells this command from every other one; made by its author, see {@link
   * CommandIds}. A command that is appended again keeps its id, and only its first appearance
   * counts.
   */
  UUID id();

  /** Makes an exchange. */
  record DeclareExchange(UUID id, ExchangeSpec spec) implements TopologyCommand {
    /** Checks for nulls. */
    public DeclareExchange {
      requireNonNull(id, "id");
      requireNonNull(spec, "spec");
    }
  }

  /** Removes an exchange with the bindings from and to it. */
  record DeleteExchange(UUID id, String name) implements TopologyCommand {
    /** Checks for nulls. */
    public DeleteExchange {
      requireNonNull(id, "id");
      requireNonNull(name, "name");
    }
  }

  /**
   * Makes a queue.
   *
   * @param incarnation tells this queue from earlier ones of its name
   * @param ownerId who may use an exclusive queue, or null
   */
  record DeclareQueue(UUID id, QueueSpec spec, String incarnation, @Nullable String ownerId)
      implements TopologyCommand {
    /** Checks for nulls. */
    public DeclareQueue {
      requireNonNull(id, "id");
      requireNonNull(spec, "spec");
      requireNonNull(incarnation, "incarnation");
    }
  }

  /**
   * Removes a queue with the bindings to it; one of another incarnation stays.
   *
   * @param incarnation the one to be removed
   */
  record DeleteQueue(UUID id, String name, String incarnation) implements TopologyCommand {
    /** Checks for nulls. */
    public DeleteQueue {
      requireNonNull(id, "id");
      requireNonNull(name, "name");
      requireNonNull(incarnation, "incarnation");
    }
  }

  /** Makes a binding. */
  record Bind(UUID id, Binding binding) implements TopologyCommand {
    /** Checks for nulls. */
    public Bind {
      requireNonNull(id, "id");
      requireNonNull(binding, "binding");
    }
  }

  /** Removes a binding. */
  record Unbind(UUID id, Binding binding) implements TopologyCommand {
    /** Checks for nulls. */
    public Unbind {
      requireNonNull(id, "id");
      requireNonNull(binding, "binding");
    }
  }

  /**
   * Says what the state was at an earlier offset, so that the log can be trimmed up to there.
   * Changes nothing for who has seen the whole log.
   */
  record Snapshot(UUID id, TopologySnapshot state) implements TopologyCommand {
    /** Checks for nulls. */
    public Snapshot {
      requireNonNull(id, "id");
      requireNonNull(state, "state");
    }
  }
}
