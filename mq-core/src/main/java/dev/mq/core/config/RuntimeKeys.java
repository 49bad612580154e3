package dev.mq.core.config;

import dev.mq.core.config.Configuration.TopologyMode;
import dev.mq.spi.ConfigKey;
import java.util.List;

/** The keys of the runtime itself. */
public final class RuntimeKeys {
  /** Where the file is. */
  public static final ConfigKey<String> CONFIG =
      ConfigKey.text(
          "mq.config",
          null,
          "Path of the configuration file; without it ./mq.properties, else the one mq.properties on the class path.");

  /** The switch. */
  public static final ConfigKey<String> BACKEND =
      ConfigKey.text(
          "mq.backend",
          null,
          "The messaging system: inmemory, rabbit, kafka or the name of another backend; "
              + "without it the only one on the class path.");

  /** What declare may do. */
  public static final ConfigKey<TopologyMode> TOPOLOGY =
      ConfigKey.choice(
          "mq.topology",
          TopologyMode.class,
          TopologyMode.APPLY,
          "What declaring a topology does in this process: make what is missing, only check, or nothing.");

  /** All of them, in the order of the documentation. */
  public static final List<ConfigKey<?>> ALL = List.of(CONFIG, BACKEND, TOPOLOGY);

  private RuntimeKeys() {}
}
