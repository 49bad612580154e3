package dev.mq.tck;

import static java.util.Objects.requireNonNull;

import dev.mq.api.BrokerConfig;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the kit has to know of a backend: how to open brokers on it, and the abilities with the real
 * thing behind them. Mutable while it is built; the kit asks for it once per run.
 *
 * <pre>{@code
 * Harness.of("dir").config("mq.dir.path", path).process(new DirServer(path))
 * }</pre>
 */
public final class Harness {
  private final String backend;
  private final Map<String, String> config = new LinkedHashMap<>();
  private @Nullable Consumer<String> killer;
  private @Nullable BrokerProcess process;
  private Duration lease = Duration.ZERO;
  private Set<String> notRun = Set.of();

  private Harness(String backend) {
    this.backend = requireNonNull(backend, "backend");
  }

  /** Returns a harness for the backend that {@code mq.backend} selects by this name. */
  public static Harness of(String backend) {
    return new Harness(backend);
  }

  /** Sets a configuration key of every broker that the kit opens. */
  public Harness config(String key, String value) {
    config.put(requireNonNull(key, "key"), requireNonNull(value, "value"));
    return this;
  }

  /**
   * Says how a client in this JVM dies without closing. It gets the name of the broker. Without it,
   * clients that have to die are child JVMs of the kit, on the class path of this one.
   */
  public Harness killer(Consumer<String> killer) {
    this.killer = requireNonNull(killer, "killer");
    return this;
  }

  /** Gives the broker's process to the tests that kill it. */
  public Harness process(BrokerProcess process) {
    this.process = requireNonNull(process, "process");
    return this;
  }

  /** Says how long a delivery may be held here without a renewal; not called: for ever. */
  public Harness lease(Duration lease) {
    this.lease = requireNonNull(lease, "lease");
    return this;
  }

  /**
   * Names the test methods that do not run here because a capability or ability is missing. One
   * that is missing from the list fails instead of being skipped, and so does one that is on it and
   * could run.
   */
  public Harness notRun(String... methods) {
    this.notRun = Set.of(methods);
    return this;
  }

  String backend() {
    return backend;
  }

  BrokerConfig configuration(String broker) {
    return BrokerConfig.builder()
        .isolated()
        .setAll(config)
        .set("mq.backend", backend)
        .set("mq.brokers." + broker + ".backend", backend)
        .name(broker)
        .build();
  }

  Optional<Consumer<String>> killer() {
    return Optional.ofNullable(killer);
  }

  Optional<BrokerProcess> process() {
    return Optional.ofNullable(process);
  }

  Duration lease() {
    return lease;
  }

  Set<String> notRun() {
    return notRun;
  }
}
