package dev.mq.core.config;

import dev.mq.api.BrokerConfig;
import dev.mq.api.ConfigException;
import dev.mq.spi.BackendProvider;
import dev.mq.spi.CommonKeys;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks up the configuration of a broker: overrides in code, system properties, environment, file,
 * defaults. Everything is read and checked here, before any I/O to a broker (B-07); only
 * placeholders are read again later.
 */
public final class ConfigurationLoader {
  private static final Logger LOG = LoggerFactory.getLogger(ConfigurationLoader.class);

  private ConfigurationLoader() {}

  /**
   * Returns the configuration of the broker that {@code config} names.
   *
   * @param known the backends on the class path; their keys are checked
   * @throws ConfigException naming key and source: an unknown key in code or file with the nearest
   *     known one, a value of the wrong type or range, a placeholder or file that cannot be read, a
   *     broker that is not configured
   */
  public static Configuration load(
      BrokerConfig config, Collection<? extends BackendProvider> known, Environment environment) {
    ConfigFile file = ConfigFile.find(config, environment);
    boolean ambient = config.ambient();
    Sources sources =
        new Sources(
            config.overrides(),
            ambient ? Map.copyOf(environment.properties()) : Map.of(),
            ambient ? Map.copyOf(environment.variables()) : Map.of(),
            file);
    Schema schema = new Schema(known, wantedBackends(sources));
    refuseUnknown(sources, file, schema);
    String broker = BrokerChoice.of(config.name(), sources, schema);
    Lookup lookup = new Lookup(sources, broker);
    Values values = new Values(lookup, new Placeholders(environment));
    LoadedConfiguration loaded = new LoadedConfiguration(broker, schema, sources, lookup, values);
    warnIfInsecure(broker, values);
    return loaded;
  }

  private static Set<String> wantedBackends(Sources sources) {
    String key = RuntimeKeys.BACKEND.name();
    Set<String> keys = new LinkedHashSet<>(List.of(key));
    sources.keys().stream()
        .filter(k -> k.startsWith(Schema.BROKERS) && k.endsWith(".backend"))
        .forEach(keys::add);
    Set<String> names = new LinkedHashSet<>();
    for (String k : keys) {
      Setting inCode = sources.code(k);
      Setting around = sources.surroundings(k);
      if (inCode != null) {
        names.add(inCode.text().strip());
      }
      if (around != null) {
        names.add(around.text().strip());
      }
    }
    return names;
  }

  private static void refuseUnknown(Sources sources, ConfigFile file, Schema schema) {
    List<String> wrong = new ArrayList<>();
    if (file.keys().containsKey(RuntimeKeys.CONFIG.name())) {
      wrong.add(RuntimeKeys.CONFIG + " (" + file.source() + "): a file cannot name another one");
    }
    sources
        .strict()
        .forEach(
            (key, source) -> {
              if (!schema.knows(key)) {
                wrong.add(
                    key
                        + " ("
                        + source
                        + "): unknown key, the nearest known one is "
                        + schema.nearest(key));
              }
            });
    if (!wrong.isEmpty()) {
      throw new ConfigException(String.join("; ", wrong));
    }
  }

  private static void warnIfInsecure(String broker, Values values) {
    String key = CommonKeys.TLS_VERIFY_HOSTNAME.name();
    Setting setting = values.setting(key);
    if (setting != null && !values.find(key, CommonKeys.TLS_VERIFY_HOSTNAME).orElse(true)) {
      LOG.warn(
          "broker {}: insecure, {} is false: any trusted certificate passes for the server's",
          broker,
          setting);
    }
  }
}
