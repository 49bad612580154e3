package dev.mq.core.config;

import dev.mq.spi.BackendConfig;
import dev.mq.spi.CommonKeys;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

/** What {@link ConfigurationLoader} returns. Thread-safe. */
final class LoadedConfiguration implements Configuration {
  private final String broker;
  private final String backend;
  private final String selected;
  private final TopologyMode topology;
  private final Schema schema;
  private final Sources sources;
  private final Values values;
  private final BackendSettings backendSettings;
  // Names the program asked for: what only the environment says of them is in force too, and cannot
  // be listed otherwise.
  private final Set<String> consumers = new ConcurrentSkipListSet<>();
  private final Set<String> producers = new ConcurrentSkipListSet<>();

  LoadedConfiguration(String broker, Schema schema, Sources sources, Lookup lookup, Values values) {
    this.broker = broker;
    this.schema = schema;
    this.sources = sources;
    this.values = values;
    this.backend = values.find(RuntimeKeys.BACKEND.name(), RuntimeKeys.BACKEND).orElse("");
    this.topology =
        values.find(RuntimeKeys.TOPOLOGY.name(), RuntimeKeys.TOPOLOGY).orElse(TopologyMode.APPLY);
    this.selected =
        backend.isEmpty() && schema.backends().size() == 1
            ? schema.backends().iterator().next()
            : backend;
    this.backendSettings = new BackendSettings(selected, schema.backendKeys(selected), values);
    values.check(RuntimeKeys.DELAYS_RETENTION.name(), RuntimeKeys.DELAYS_RETENTION);
    CommonKeys.ALL.forEach(k -> values.check(k.name(), k));
    schema.backends().forEach(this::checkBackend);
    if (!selected.isEmpty()) {
      values.under(Schema.nativePrefix(selected));
    }
    for (String key : lookup.keys()) {
      String consumer = Schema.section(key, Schema.CONSUMERS, ConsumerKeys.ALL);
      if (consumer != null && consumers.add(consumer)) {
        consumer(consumer);
      }
      String producer = Schema.section(key, Schema.PRODUCERS, ProducerKeys.ALL);
      if (producer != null && producers.add(producer)) {
        producer(producer);
      }
    }
  }

  /**
   * Checks the values of a backend; those with placeholders only if it is the selected one, as they
   * may be of another machine.
   */
  private void checkBackend(String name) {
    schema.backendKeys(name).stream()
        .filter(k -> name.equals(selected) || !placeholder(k.name()))
        .forEach(k -> values.check(k.name(), k));
  }

  private boolean placeholder(String key) {
    Setting setting = values.setting(key);
    return setting != null && Placeholders.in(setting.text());
  }

  @Override
  public String brokerName() {
    return broker;
  }

  @Override
  public String backend() {
    return backend;
  }

  @Override
  public TopologyMode topologyMode() {
    return topology;
  }

  @Override
  public Duration delaysRetention() {
    return values
        .find(RuntimeKeys.DELAYS_RETENTION.name(), RuntimeKeys.DELAYS_RETENTION)
        .orElse(Duration.ZERO);
  }

  @Override
  public BackendConfig backendConfig() {
    return backendSettings;
  }

  @Override
  public Section consumer(String name) {
    NamedSection section =
        new NamedSection(Schema.CONSUMERS + name + ".", ConsumerKeys.ALL, values);
    consumers.add(name);
    return section;
  }

  @Override
  public Section producer(String name) {
    NamedSection section =
        new NamedSection(Schema.PRODUCERS + name + ".", ProducerKeys.ALL, values);
    producers.add(name);
    return section;
  }

  @Override
  public String report() {
    Report report = new Report(values).comment("broker " + broker);
    report.keys(RuntimeKeys.ALL).keys(CommonKeys.ALL);
    if (!selected.isEmpty()) {
      report.keys(schema.backendKeys(selected)).settings(Schema.nativePrefix(selected));
    }
    consumers.forEach(n -> report.section(Schema.CONSUMERS + n + ".", ConsumerKeys.ALL));
    producers.forEach(n -> report.section(Schema.PRODUCERS + n + ".", ProducerKeys.ALL));
    for (String key : sources.properties()) {
      if (!schema.knows(key)) {
        report.comment(key + " (system property) is unknown and not used");
      }
    }
    return report.toString();
  }
}
