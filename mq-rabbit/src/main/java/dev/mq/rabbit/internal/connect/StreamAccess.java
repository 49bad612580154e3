package dev.mq.rabbit.internal.connect;

import dev.mq.spi.BackendConfig;
import dev.mq.spi.CommonKeys;
import java.util.List;
import javax.net.ssl.SSLContext;

/** What the stream protocol needs to connect. Thread-safe. */
public final class StreamAccess {
  private static final int PORT = 5552;
  private static final int TLS_PORT = 5551;

  private final BackendConfig config;
  private final List<Endpoint> amqp;

  StreamAccess(BackendConfig config) {
    this.config = config;
    this.amqp = config.get(RabbitKeys.URIS);
  }

  /** Returns the addresses; all of them speak TLS, or none does as the first. */
  public List<Endpoint> endpoints() {
    return config
        .find(RabbitKeys.STREAM_URIS)
        .orElseGet(() -> amqp.stream().map(StreamAccess::derived).toList());
  }

  private static Endpoint derived(Endpoint e) {
    return new Endpoint(e.host(), e.tls() ? TLS_PORT : PORT, e.tls(), e.virtualHost(), null);
  }

  /** Returns the virtual host, that of the AMQP addresses. */
  public String virtualHost() {
    return amqp.get(0).virtualHost();
  }

  /** Returns the credentials of this moment. */
  public Credentials credentials() {
    return Credentials.read(config, amqp.get(0).userInfo());
  }

  /** Returns trust and key for TLS, read anew. */
  public SSLContext tls() {
    return Tls.context(config);
  }

  /** Returns whether the certificate must name the host. */
  public boolean verifyHostname() {
    return config.get(CommonKeys.TLS_VERIFY_HOSTNAME);
  }
}
