package dev.mq.core.broker;

import static java.util.Objects.requireNonNull;

import dev.mq.api.Binding;
import dev.mq.api.Capabilities;
import dev.mq.api.Capability;
import dev.mq.api.DeclarationConflictException;
import dev.mq.api.ErrorCode;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.LogSpec;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.api.QueueSpec;
import dev.mq.api.Topology;
import dev.mq.api.TopologyPlan;
import dev.mq.api.TopologyPlan.Action;
import dev.mq.api.TopologyPlan.Change;
import dev.mq.api.UnsupportedCapabilityException;
import dev.mq.core.runtime.Kernel;
import dev.mq.core.topology.ExchangeTopology;
import dev.mq.spi.LogDriver;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Declares, plans and verifies topologies. */
final class Declarations {
  private final Kernel kernel;
  private final @Nullable ExchangeTopology topology;

  Declarations(Kernel kernel, @Nullable ExchangeTopology topology) {
    this.kernel = kernel;
    this.topology = topology;
  }

  void declare(Topology t) {
    switch (kernel.configuration().topologyMode()) {
      case APPLY -> apply(t);
      case VERIFY -> verify(t);
      case NONE -> {}
    }
  }

  /** Conflicts that can be seen are found before anything is made. */
  private void apply(Topology t) {
    checkCapabilities(t);
    for (Change c : plan(t).changes()) {
      if (c.action() == Action.CONFLICT) {
        throw conflict(c);
      }
    }
    t.exchanges().forEach(e -> exchanges().declare(e));
    t.queues().forEach(q -> exchanges().declare(q));
    t.logs().forEach(this::declareLog);
    t.bindings().forEach(b -> exchanges().bind(b));
    if (!t.queues().isEmpty()) {
      exchanges().declared();
    }
  }

  private void declareLog(LogSpec spec) {
    LogDriver logs = logs();
    Optional<LogSpec> found = logs.describe(spec.name());
    if (spec.existing()) {
      if (found.isEmpty()) {
        throw new NotFoundException(
            "declare log:" + spec.name() + ": does not exist and is declared as existing");
      }
    } else if (found.isEmpty()) {
      logs.create(spec);
    } else if (action(spec, found.get()) == Action.ALTER) {
      kernel.capabilities().require(Capability.ADD_PARTITIONS);
      logs.addPartitions(logs.open(spec.name()), spec.partitions());
    } else if (action(spec, found.get()) == Action.CONFLICT) {
      throw new DeclarationConflictException(
          "log '" + spec.name() + "'", found.get().toString(), spec.toString());
    }
  }

  TopologyPlan plan(Topology t) {
    ExchangeTopology.@Nullable Observed seen = topology == null ? null : topology.observe();
    List<Change> changes = new ArrayList<>();
    for (ExchangeSpec e : t.exchanges()) {
      changes.add(seen == null ? unseen(e) : change(e, seen.exchange(e.name())));
    }
    for (QueueSpec q : t.queues()) {
      changes.add(seen == null ? unseen(q) : change(q, seen.queue(q.name())));
    }
    for (LogSpec l : t.logs()) {
      Optional<LogSpec> found = logs().describe(l.name());
      Action action = found.isEmpty() ? Action.CREATE : action(l, found.get());
      changes.add(new Change(action, l.toString(), found.map(LogSpec::toString).orElse(null)));
    }
    for (Binding b : t.bindings()) {
      Action action =
          seen == null ? Action.UNVERIFIABLE : seen.has(b) ? Action.EQUAL : Action.CREATE;
      changes.add(new Change(action, b.toString(), action == Action.EQUAL ? b.toString() : null));
    }
    return new TopologyPlan(changes);
  }

  private static Change unseen(Object requested) {
    return new Change(Action.UNVERIFIABLE, requested.toString(), null);
  }

  private static Change change(Object requested, Optional<?> found) {
    if (found.isEmpty()) {
      return new Change(Action.CREATE, requested.toString(), null);
    }
    Object existing = found.get();
    boolean attach = requested instanceof QueueSpec q && q.existing();
    Action action = attach || existing.equals(requested) ? Action.EQUAL : Action.CONFLICT;
    return new Change(action, requested.toString(), existing.toString());
  }

  private static Action action(LogSpec requested, LogSpec existing) {
    if (requested.existing() || requested.equals(existing)) {
      return Action.EQUAL;
    }
    LogSpec grown = existing.toBuilder().partitions(requested.partitions()).build();
    return grown.equals(requested) && requested.partitions() > existing.partitions()
        ? Action.ALTER
        : Action.CONFLICT;
  }

  void verify(Topology t) {
    for (Change c : plan(t).changes()) {
      switch (c.action()) {
        case CREATE -> throw new NotFoundException("verify " + c.requested() + ": does not exist");
        case CONFLICT, ALTER -> throw conflict(c);
        case EQUAL, UNVERIFIABLE -> {}
      }
    }
  }

  private static DeclarationConflictException conflict(Change c) {
    return new DeclarationConflictException(
        c.requested(), requireNonNull(c.existing()), c.requested());
  }

  private void checkCapabilities(Topology t) {
    Capabilities can = kernel.capabilities();
    if (!t.exchanges().isEmpty() || !t.bindings().isEmpty()) {
      can.require(Capability.EXCHANGES);
    }
    if (!t.logs().isEmpty()) {
      can.require(Capability.LOGS);
    }
    for (LogSpec l : t.logs()) {
      require(l.retention() != null || l.retentionBytes() > 0, Capability.LOG_RETENTION, l);
    }
    for (QueueSpec q : t.queues()) {
      require(true, Capability.QUEUES, q);
      require(q.timeToLive() != null, Capability.MESSAGE_TTL, q);
      require(q.maxLength() > 0, Capability.MAX_LENGTH, q);
      require(q.singleActiveConsumer(), Capability.SINGLE_ACTIVE_CONSUMER, q);
      require(q.exclusive(), Capability.EXCLUSIVE_QUEUE, q);
      require(q.temporary(), Capability.TEMPORARY_QUEUE, q);
      if (q.maxPriority() > 0 && q.maxPriority() >= can.require(Capability.PRIORITIES)) {
        throw new MqException(
            ErrorCode.UNSUPPORTED,
            "declare "
                + q
                + ": the backend tells "
                + can.require(Capability.PRIORITIES)
                + " priorities apart");
      }
    }
  }

  private void require(boolean needed, Capability<?> capability, Object what) {
    if (needed && !kernel.capabilities().has(capability)) {
      throw new UnsupportedCapabilityException(
          "declare "
              + what
              + ": backend '"
              + kernel.backend()
              + "' does not have capability '"
              + capability.name()
              + "'");
    }
  }

  private ExchangeTopology exchanges() {
    return requireNonNull(topology);
  }

  private LogDriver logs() {
    kernel.capabilities().require(Capability.LOGS);
    return kernel.session().logs().orElseThrow();
  }
}
