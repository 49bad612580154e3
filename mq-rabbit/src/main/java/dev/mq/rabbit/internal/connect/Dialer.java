package dev.mq.rabbit.internal.connect;

import com.rabbitmq.client.Address;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.spi.BackendConfig;
import dev.mq.spi.BackendContext;
import dev.mq.spi.CommonKeys;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes connections: to the first address that answers, with the credentials of the moment. */
final class Dialer {
  private static final Logger LOG = LoggerFactory.getLogger(Dialer.class);

  /** More than any broker can be told to accept, so that no message ends the connection. */
  private static final int MAX_INBOUND_BYTES = 512 << 20;

  /** A connection and what ends its socket. */
  record Dialed(Connection connection, SocketGuard socket) {}

  private final BackendContext context;

  Dialer(BackendContext context) {
    this.context = context;
  }

  /**
   * Connects. Refused credentials end the round at once: the next node would refuse them as well.
   *
   * @param what names the connection in the broker's displays
   * @throws MqException definite, of the last address tried
   */
  Dialed dial(String what) {
    MqException last = null;
    for (Endpoint endpoint : context.config().get(RabbitKeys.URIS)) {
      try {
        SocketGuard socket = new SocketGuard();
        Connection connection =
            factory(endpoint, what, socket)
                .newConnection(
                    new InlineExecutor(),
                    List.of(new Address(endpoint.host(), endpoint.port())),
                    context.brokerName() + "-" + what);
        return new Dialed(connection, socket);
      } catch (IOException | TimeoutException | RuntimeException e) {
        last = RabbitErrors.connecting(endpoint, e);
        LOG.debug("{}: {}", what, last.getMessage());
        if (last.code() == ErrorCode.AUTHENTICATION || last.code() == ErrorCode.CONFIG) {
          break;
        }
      }
    }
    throw last != null ? last : RabbitErrors.down("connect: no address", null);
  }

  private ConnectionFactory factory(Endpoint endpoint, String what, SocketGuard socket) {
    BackendConfig config = context.config();
    ConnectionFactory factory = new ConnectionFactory();
    int millis = millis(config.get(RabbitKeys.CONNECT_TIMEOUT));
    factory.setHandshakeTimeout(millis);
    // What answers an operation that was given up is no answer to the next one.
    factory.setChannelShouldCheckRpcResponseType(true);
    NativeSettings.apply(config, factory);
    Credentials credentials = Credentials.read(config, endpoint.userInfo());
    factory.setUsername(credentials.username());
    factory.setPassword(credentials.password());
    factory.setVirtualHost(endpoint.virtualHost());
    factory.setConnectionTimeout(millis);
    factory.setRequestedHeartbeat((int) Math.max(1, config.get(RabbitKeys.HEARTBEAT).toSeconds()));
    factory.setChannelRpcTimeout(millis(config.get(RabbitKeys.RPC_TIMEOUT)));
    factory.setMaxInboundMessageBodySize(MAX_INBOUND_BYTES);
    factory.setAutomaticRecoveryEnabled(false);
    factory.setTopologyRecoveryEnabled(false);
    factory.setThreadFactory(context.threads("rabbit-" + what));
    factory.setExceptionHandler(socket);
    if (endpoint.tls()) {
      factory.useSslProtocol(Tls.context(config));
      if (config.get(CommonKeys.TLS_VERIFY_HOSTNAME)) {
        factory.enableHostnameVerification();
      }
    }
    factory.setSocketConfigurator(factory.getSocketConfigurator().andThen(socket::use));
    return factory;
  }

  private static int millis(Duration d) {
    return (int) Math.min(Integer.MAX_VALUE, d.toMillis());
  }
}
