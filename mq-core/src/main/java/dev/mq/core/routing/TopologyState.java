package dev.mq.core.routing;

import static java.util.Objects.requireNonNull;

import dev.mq.api.Binding;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.ExchangeType;
import dev.mq.api.QueueSpec;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The exchanges, queues and bindings that the commands of a topology log make, applied in the order
 * of their offsets. The same commands give everybody the same state and every command the same
 * outcome.
 *
 * <p>Commands are applied by one thread at a time; any number of threads read and route meanwhile
 * without locks. A change is seen by every route that begins after {@link #apply} returned (X-07,
 *
 *
 * <p>Invariants: a binding's source and target exist; the number of removals rises before anything
 * is taken out of the tables.
 */
public final class TopologyState {
  /** The name of the exchange that leads to every queue by its name. */
  public static final String DEFAULT_EXCHANGE = "";

  private final ConcurrentHashMap<String, ExchangeNode> exchanges = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, QueueNode> queues = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Binding, Edge> bindings = new ConcurrentHashMap<>();
  private final IndexPool marks = new IndexPool();
  private final ExchangeNode defaultExchange = new ExchangeNode(this, marks.take(), null, null);
  private final AtomicLong removals = new AtomicLong();
  private final ReentrantLock changes = new ReentrantLock();
  private final History history = new History();
  private volatile long offset = -1;

  /** Creates the empty state: no exchange but the default one. */
  public TopologyState() {}

  /** Creates the state that a snapshot shows. */
  public static TopologyState of(TopologySnapshot snapshot) {
    TopologyState state = new TopologyState();
    state.become(snapshot);
    state.history.restore(snapshot.recentIds());
    state.offset = snapshot.offset();
    return state;
  }

  /**
   * Applies the command at an offset. A command that cannot be applied changes nothing and says
   * why. One at an offset that was passed before, or with an id seen before, changes nothing; for
   * the latter the first outcome is returned again.
   */
  public Outcome apply(long at, TopologyCommand command) {
    requireNonNull(command, "command");
    changes.lock();
    try {
      if (at <= offset) {
        return Outcome.NOTHING_TO_DO;
      }
      boolean first = offset < 0;
      offset = at;
      if (command instanceof TopologyCommand.Snapshot snapshot) {
        adopt(snapshot.state(), first);
        return Outcome.NOTHING_TO_DO;
      }
      history.keepTail(at, command, first);
      Outcome known = history.outcome(command.id());
      if (known != null) {
        return known;
      }
      Outcome outcome = change(command);
      history.add(command.id(), outcome);
      return outcome;
    } finally {
      changes.unlock();
    }
  }

  /** Returns the last offset applied, or -1. */
  public long offset() {
    return offset;
  }

  /** Returns an exchange, or null when there is none; the default exchange for the empty name. */
  public @Nullable ExchangeNode exchange(String name) {
    return name.isEmpty() ? defaultExchange : exchanges.get(name);
  }

  /** Returns a queue, or null when there is none. */
  public @Nullable QueueNode queue(String name) {
    return queues.get(name);
  }

  /** Returns whether a binding is in force. */
  public boolean isBound(Binding binding) {
    return bindings.containsKey(binding);
  }

  /** Returns the exchanges in the order of their names, without the default one. */
  public List<ExchangeSpec> exchanges() {
    List<ExchangeSpec> all = new ArrayList<>();
    exchanges.values().forEach(x -> all.add(requireNonNull(x.spec())));
    all.sort(CanonicalOrder.EXCHANGES);
    return List.copyOf(all);
  }

  /** Returns the queues in the order of their names. */
  public List<TopologySnapshot.QueueEntry> queues() {
    List<TopologySnapshot.QueueEntry> all = new ArrayList<>();
    queues.values().forEach(q -> all.add(q.entry()));
    all.sort(CanonicalOrder.QUEUES);
    return List.copyOf(all);
  }

  /** Returns the bindings in the order of exchange, destination, key and arguments. */
  public List<Binding> bindings() {
    List<Binding> all = new ArrayList<>(bindings.keySet());
    all.sort(CanonicalOrder.BINDINGS);
    return List.copyOf(all);
  }

  /** Returns all of the state at its present offset. Keeps {@link #apply} waiting meanwhile. */
  public TopologySnapshot toSnapshot() {
    changes.lock();
    try {
      return new TopologySnapshot(offset, exchanges(), queues(), bindings(), history.recentIds());
    } finally {
      changes.unlock();
    }
  }

  /**
   * Rises with every removal, before it can be seen; what was read before this call is not read
   * after it.
   */
  long removals() {
    VarHandle.acquireFence();
    return removals.get();
  }

  /** Runs something while nothing changes. */
  void withoutChanges(Runnable body) {
    changes.lock();
    try {
      body.run();
    } finally {
      changes.unlock();
    }
  }

  private Outcome change(TopologyCommand command) {
    if (command instanceof TopologyCommand.DeclareExchange c) {
      return declareExchange(c.spec());
    }
    if (command instanceof TopologyCommand.DeleteExchange c) {
      return deleteExchange(c.name());
    }
    if (command instanceof TopologyCommand.DeclareQueue c) {
      return declareQueue(new TopologySnapshot.QueueEntry(c.spec(), c.incarnation(), c.ownerId()));
    }
    if (command instanceof TopologyCommand.DeleteQueue c) {
      return deleteQueue(c.name(), c.incarnation());
    }
    if (command instanceof TopologyCommand.Bind c) {
      return bind(c.binding());
    }
    if (command instanceof TopologyCommand.Unbind c) {
      return unbind(c.binding());
    }
    throw new AssertionError("a snapshot is not a change");
  }

  private Outcome declareExchange(ExchangeSpec spec) {
    ExchangeNode known = exchanges.get(spec.name());
    if (known != null) {
      ExchangeSpec existing = requireNonNull(known.spec());
      return existing.equals(spec)
          ? Outcome.NOTHING_TO_DO
          : Outcome.conflict(
              "exchange '" + spec.name() + "'", existing.toString(), spec.toString());
    }
    BindingTable table = BindingTable.of(spec.type(), marks);
    exchanges.put(spec.name(), new ExchangeNode(this, marks.take(), spec, table));
    return Outcome.APPLIED;
  }

  private Outcome deleteExchange(String name) {
    ExchangeNode node = exchanges.get(name);
    if (node == null) {
      return Outcome.NOTHING_TO_DO;
    }
    removing();
    node.markDeleted();
    exchanges.remove(name);
    for (Edge e = node.firstOut; e != null; e = node.firstOut) {
      remove(e);
    }
    removeIncoming(node);
    return Outcome.APPLIED;
  }

  private Outcome declareQueue(TopologySnapshot.QueueEntry entry) {
    String name = entry.spec().name();
    QueueNode known = queues.get(name);
    if (known != null) {
      TopologySnapshot.QueueEntry existing = known.entry();
      boolean equal =
          existing.spec().equals(entry.spec())
              && Objects.equals(existing.ownerId(), entry.ownerId());
      return equal
          ? Outcome.NOTHING_TO_DO
          : Outcome.conflict("queue '" + name + "'", text(existing), text(entry));
    }
    QueueNode node = new QueueNode(marks.take(), entry);
    marks.name(node);
    queues.put(name, node);
    return Outcome.APPLIED;
  }

  private Outcome deleteQueue(String name, String incarnation) {
    QueueNode node = queues.get(name);
    if (node == null || !node.incarnation().equals(incarnation)) {
      return Outcome.NOTHING_TO_DO;
    }
    removing();
    node.markDeleted();
    queues.remove(name);
    removeIncoming(node);
    return Outcome.APPLIED;
  }

  private Outcome bind(Binding binding) {
    ExchangeNode source = exchanges.get(binding.exchange());
    if (source == null) {
      return Outcome.notFound(
          "bind: " + binding + ": exchange '" + binding.exchange() + "' does not exist");
    }
    String target = binding.destination();
    boolean toQueue = binding.kind() == Binding.Kind.QUEUE;
    Node node = toQueue ? queues.get(target) : exchanges.get(target);
    if (node == null) {
      String kind = toQueue ? "queue '" : "exchange '";
      return Outcome.notFound("bind: " + binding + ": " + kind + target + "' does not exist");
    }
    String refusal = BindingRules.refusal(source.type(), binding);
    if (refusal != null) {
      return Outcome.invalid(refusal);
    }
    if (bindings.containsKey(binding)) {
      return Outcome.NOTHING_TO_DO;
    }
    HeaderMatch match =
        source.type() == ExchangeType.HEADERS ? HeaderMatch.of(binding.arguments()) : null;
    Edge edge = new Edge(binding, source, node, match);
    edge.link();
    bindings.put(binding, edge);
    source.table().add(edge);
    return Outcome.APPLIED;
  }

  private Outcome unbind(Binding binding) {
    Edge edge = bindings.get(binding);
    if (edge == null) {
      return Outcome.NOTHING_TO_DO;
    }
    removing();
    remove(edge);
    return Outcome.APPLIED;
  }

  private void removeIncoming(Node node) {
    for (Edge e = node.firstIn; e != null; e = node.firstIn) {
      remove(e);
    }
    marks.free(node.mark);
  }

  private void remove(Edge edge) {
    bindings.remove(edge.binding);
    edge.source.table().remove(edge);
    edge.unlink();
  }

  private void removing() {
    removals.incrementAndGet();
    VarHandle.fullFence();
  }

  /** A snapshot counts only for who has not seen the log from its beginning. */
  private void adopt(TopologySnapshot snapshot, boolean first) {
    if (first) {
      become(snapshot);
      history.restore(snapshot.recentIds());
    } else if (history.hasTail()) {
      TopologyState whole = of(snapshot);
      history.replayTail(snapshot.offset(), whole);
      become(whole.toSnapshot());
      history.copyFrom(whole.history);
      history.trimTail(snapshot.offset());
    }
  }

  /** Makes this state like another one and keeps the nodes of what is in both. */
  private void become(TopologySnapshot wanted) {
    Set<Binding> bound = new HashSet<>(wanted.bindings());
    Set<TopologySnapshot.QueueEntry> known = new HashSet<>(wanted.queues());
    Set<ExchangeSpec> specs = new HashSet<>(wanted.exchanges());
    for (Binding b : List.copyOf(bindings.keySet())) {
      if (!bound.contains(b)) {
        unbind(b);
      }
    }
    for (QueueNode q : List.copyOf(queues.values())) {
      if (!known.contains(q.entry())) {
        deleteQueue(q.name(), q.incarnation());
      }
    }
    for (ExchangeNode x : List.copyOf(exchanges.values())) {
      if (!specs.contains(requireNonNull(x.spec()))) {
        deleteExchange(x.name());
      }
    }
    wanted.exchanges().forEach(this::declareExchange);
    wanted.queues().forEach(this::declareQueue);
    wanted.bindings().forEach(this::bind);
  }

  private static String text(TopologySnapshot.QueueEntry entry) {
    QueueSpec spec = entry.spec();
    return spec + (entry.ownerId() == null ? "" : " of owner '" + entry.ownerId() + "'");
  }
}
