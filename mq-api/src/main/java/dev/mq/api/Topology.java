package dev.mq.api;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A set of exchanges, queues, logs and bindings that a program needs. Immutable, costs no I/O;
 * {@link Broker#declare} makes it real.
 *
 * <pre>{@code
 * Topology t = Topology.builder()
 *     .exchange(ExchangeSpec.topic("orders")).queue(QueueSpec.of("email"))
 *     .bindQueue("orders", "order.*.paid", "email").build();
 * }</pre>
 */
public final class Topology {
  private final List<ExchangeSpec> exchanges;
  private final List<QueueSpec> queues;
  private final List<LogSpec> logs;
  private final List<Binding> bindings;

  private Topology(Builder b) {
    this.exchanges = List.copyOf(b.exchanges.values());
    this.queues = List.copyOf(b.queues.values());
    this.logs = List.copyOf(b.logs.values());
    this.bindings = List.copyOf(b.bindings);
  }

  /** Returns an empty builder. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns the exchanges in the order they were added. */
  public List<ExchangeSpec> exchanges() {
    return exchanges;
  }

  /** Returns the queues in the order they were added. */
  public List<QueueSpec> queues() {
    return queues;
  }

  /** Returns the logs in the order they were added. */
  public List<LogSpec> logs() {
    return logs;
  }

  /** Returns the bindings in the order they were added. */
  public List<Binding> bindings() {
    return bindings;
  }

  @Override
  public String toString() {
    List<Object> all = new ArrayList<>(exchanges);
    all.addAll(queues);
    all.addAll(logs);
    all.addAll(bindings);
    return "Topology" + all;
  }

  /**
   * Collects a topology. Not thread-safe. Adding an equal thing twice changes nothing; a different
   * one of that name throws.
   */
  public static final class Builder {
    private final Map<String, ExchangeSpec> exchanges = new LinkedHashMap<>();
    private final Map<String, QueueSpec> queues = new LinkedHashMap<>();
    private final Map<String, LogSpec> logs = new LinkedHashMap<>();
    private final Set<Binding> bindings = new LinkedHashSet<>();

    private Builder() {}

    /**
     * Adds an exchange.
     *
     * @throws DeclarationConflictException when another one of this name was added
     */
    public Builder exchange(ExchangeSpec spec) {
      return add(exchanges, requireNonNull(spec, "spec").name(), spec);
    }

    /**
     * Adds a queue.
     *
     * @throws DeclarationConflictException when another one of this name was added
     */
    public Builder queue(QueueSpec spec) {
      return add(queues, requireNonNull(spec, "spec").name(), spec);
    }

    /**
     * Adds a log.
     *
     * @throws DeclarationConflictException when another one of this name was added
     * @throws MqException {@code INVALID_ARGUMENT} when it has the {@code mq.} prefix
     */
    public Builder log(LogSpec spec) {
      return add(logs, Names.check("log", requireNonNull(spec, "spec").name()), spec);
    }

    /** Adds a binding. */
    public Builder bind(Binding binding) {
      bindings.add(requireNonNull(binding, "binding"));
      return this;
    }

    /** Binds a queue to an exchange by key. */
    public Builder bindQueue(String exchange, String key, String queue) {
      return bind(Binding.toQueue(exchange, key, queue));
    }

    /** Binds a queue to a headers exchange by arguments. */
    public Builder bindQueue(String exchange, Headers arguments, String queue) {
      return bind(Binding.toQueue(exchange, arguments, queue));
    }

    /**
     * Binds an exchange to an exchange by key: what matches in {@code exchange} goes on to {@code
     * target}.
     */
    public Builder bindExchange(String exchange, String key, String target) {
      return bind(Binding.toExchange(exchange, key, target));
    }

    /** Binds an exchange to a headers exchange by arguments. */
    public Builder bindExchange(String exchange, Headers arguments, String target) {
      return bind(Binding.toExchange(exchange, arguments, target));
    }

    /** Adds everything of another topology. */
    public Builder include(Topology other) {
      requireNonNull(other, "other");
      other.exchanges.forEach(this::exchange);
      other.queues.forEach(this::queue);
      other.logs.forEach(this::log);
      other.bindings.forEach(this::bind);
      return this;
    }

    /** Returns the topology. */
    public Topology build() {
      return new Topology(this);
    }

    private <S> Builder add(Map<String, S> specs, String name, S spec) {
      @Nullable S known = specs.putIfAbsent(name, spec);
      if (known != null && !known.equals(spec)) {
        throw new DeclarationConflictException("'" + name + "'", known.toString(), spec.toString());
      }
      return this;
    }
  }
}
