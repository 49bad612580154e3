package dev.mq.core.config;

import dev.mq.core.config.Configuration.TopologyMode;
import dev.mq.spi.ConfigKey;
import java.time.Duration;
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

  /** How long the delay log keeps what was moved, where nothing else removes it. */
  public static final ConfigKey<Duration> DELAYS_RETENTION =
      ConfigKey.duration(
          "mq.delays.retention",
          Duration.ZERO,
          Duration.ZERO,
          Duration.ofDays(3650),
          "Retention by time of the log in which messages wait for a retry, used by whoever makes it; 0 is for ever, "
              + "less than 2d counts as 2d. A message is lost that no process could move for this long less one day; "
              + "without a retention the log grows on a system whose logs cannot be trimmed.");

  /** All of them, in the order of the documentation. */
  public static final List<ConfigKey<?>> ALL = List.of(CONFIG, BACKEND, TOPOLOGY, DELAYS_RETENTION);

  private RuntimeKeys() {}
}
