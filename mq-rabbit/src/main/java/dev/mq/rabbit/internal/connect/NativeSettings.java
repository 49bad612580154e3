package dev.mq.rabbit.internal.connect;

import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.ConnectionFactoryConfigurator;
import dev.mq.api.ConfigException;
import dev.mq.spi.BackendConfig;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The settings under {@code mq.rabbit.native.}: those of the AMQP client that may be changed. */
final class NativeSettings {
  private static final String PREFIX = "mq.rabbit.native.";

  private static final Set<String> ALLOWED =
      Set.of(
          ConnectionFactoryConfigurator.CONNECTION_CHANNEL_MAX,
          ConnectionFactoryConfigurator.CONNECTION_FRAME_MAX,
          ConnectionFactoryConfigurator.HANDSHAKE_TIMEOUT,
          ConnectionFactoryConfigurator.SHUTDOWN_TIMEOUT,
          ConnectionFactoryConfigurator.CHANNEL_SHOULD_CHECK_RPC_RESPONSE_TYPE);

  private static final String OWN_RECOVERY =
      "connections are recovered here, because the client's recovery lets confirms and leases get"
          + " lost without a word";

  private static final Map<String, String> REFUSED =
      Map.ofEntries(
          Map.entry(ConnectionFactoryConfigurator.CONNECTION_RECOVERY_ENABLED, OWN_RECOVERY),
          Map.entry(ConnectionFactoryConfigurator.TOPOLOGY_RECOVERY_ENABLED, OWN_RECOVERY),
          Map.entry(
              ConnectionFactoryConfigurator.CONNECTION_RECOVERY_INTERVAL,
              instead(RabbitKeys.RECOVERY_FIRST + " and " + RabbitKeys.RECOVERY_MAX)),
          Map.entry("uri", instead(RabbitKeys.URIS)),
          Map.entry(ConnectionFactoryConfigurator.HOST, instead(RabbitKeys.URIS)),
          Map.entry(ConnectionFactoryConfigurator.PORT, instead(RabbitKeys.URIS)),
          Map.entry(ConnectionFactoryConfigurator.VIRTUAL_HOST, instead(RabbitKeys.URIS)),
          Map.entry(ConnectionFactoryConfigurator.USERNAME, instead("mq.auth.username")),
          Map.entry(ConnectionFactoryConfigurator.PASSWORD, instead("mq.auth.password")),
          Map.entry(
              ConnectionFactoryConfigurator.CONNECTION_HEARTBEAT, instead(RabbitKeys.HEARTBEAT)),
          Map.entry(
              ConnectionFactoryConfigurator.CONNECTION_TIMEOUT,
              instead(RabbitKeys.CONNECT_TIMEOUT)),
          Map.entry(
              ConnectionFactoryConfigurator.CHANNEL_RPC_TIMEOUT, instead(RabbitKeys.RPC_TIMEOUT)));

  private NativeSettings() {}

  private static String instead(Object key) {
    return "use " + key + " instead";
  }

  /** Checks them all and gives them to a factory. */
  static void apply(BackendConfig config, ConnectionFactory factory) {
    Map<String, String> settings = new TreeMap<>(config.nativeSettings());
    for (String name : settings.keySet()) {
      String reason = REFUSED.get(name);
      if (name.startsWith("ssl.")) {
        reason = instead("amqps:// and mq.tls.*");
      }
      if (reason != null) {
        throw new ConfigException(PREFIX + name + " cannot be set: " + reason);
      }
      if (!ALLOWED.contains(name)
          && !name.startsWith(ConnectionFactoryConfigurator.CLIENT_PROPERTIES_PREFIX)) {
        throw new ConfigException(
            PREFIX + name + " is not known; those that are: " + String.join(", ", ALLOWED));
      }
    }
    try {
      ConnectionFactoryConfigurator.load(factory, settings, "");
    } catch (IllegalArgumentException e) {
      throw new ConfigException(PREFIX + "*: " + e.getMessage(), e);
    }
  }
}
