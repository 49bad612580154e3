package dev.mq.rabbit.internal.stream;

import com.rabbitmq.stream.BackOffDelayPolicy;
import com.rabbitmq.stream.Environment;
import com.rabbitmq.stream.EnvironmentBuilder;
import com.rabbitmq.stream.StreamDoesNotExistException;
import com.rabbitmq.stream.impl.Client;
import com.rabbitmq.stream.sasl.UsernamePasswordCredentialsProvider;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.rabbit.internal.connect.Connections;
import dev.mq.rabbit.internal.connect.Endpoint;
import dev.mq.rabbit.internal.connect.RabbitErrors;
import dev.mq.rabbit.internal.connect.RabbitKeys;
import dev.mq.rabbit.internal.connect.StreamAccess;
import dev.mq.spi.BackendConfig;
import dev.mq.spi.TimeSource;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** The client of the stream protocol, connected when it is first needed. Thread-safe. */
final class StreamClient {
  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

  /** How long connections may take to end. */
  private static final Duration QUIET = Duration.ofSeconds(2);

  private final Connections connections;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable Environment environment;

  /**
   * Of all connections: the client makes one for each that fails to open and never ends it, and
   * takes more than a second to end those of its own.
   */
  private @Nullable EventLoopGroup loops;

  /** Of {@code loops}; the other one is held while connecting. */
  private final ReentrantLock loopsLock = new ReentrantLock();

  private boolean closed;
  private boolean ended;

  StreamClient(Connections connections) {
    this.connections = connections;
  }

  /**
   * Returns the client; blocks until connected the first time.
   *
   * @throws MqException {@code UNAVAILABLE}, definite
   */
  Environment get() {
    Environment e = environment;
    if (e != null) {
      return e;
    }
    lock.lock();
    try {
      e = environment;
      if (e == null) {
        if (closed) {
          throw RabbitErrors.down("streams: closed", null);
        }
        e = open();
        environment = e;
      }
      return e;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns whether a stream exists. The client finds its way back to a broker that was away a
   * little later than AMQP does; that is waited for.
   */
  boolean exists(String stream) {
    TimeSource time = connections.context().time();
    long deadline =
        time.nanoTime() + connections.context().config().get(RabbitKeys.RPC_TIMEOUT).toNanos();
    while (true) {
      try {
        return get().streamExists(stream);
      } catch (RuntimeException e) {
        if (!isLookingForBroker(e) || time.nanoTime() - deadline >= 0) {
          throw e;
        }
      }
      CountDownLatch over = new CountDownLatch(1);
      time.schedule(LOOK_AGAIN, over::countDown);
      try {
        over.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw RabbitErrors.down("interrupted while looking for stream " + stream, e);
      }
    }
  }

  /** The exception is not a public type of the client. */
  private static boolean isLookingForBroker(RuntimeException e) {
    return e.getClass().getSimpleName().equals("LocatorNotAvailableException");
  }

  private Environment open() {
    StreamAccess access = connections.streams();
    BackendConfig config = connections.context().config();
    List<Endpoint> endpoints = access.endpoints();
    EnvironmentBuilder b =
        Environment.builder()
            .uris(endpoints.stream().map(StreamClient::uri).toList())
            .virtualHost(access.virtualHost())
            .id(connections.context().brokerName())
            .requestedHeartbeat(config.get(RabbitKeys.HEARTBEAT))
            .rpcTimeout(config.get(RabbitKeys.RPC_TIMEOUT))
            .recoveryBackOffDelayPolicy(backOff(config))
            .topologyUpdateBackOffDelayPolicy(backOff(config))
            .credentialsProvider(new Login(access))
            .netty()
            .eventLoopGroup(loops())
            .environmentBuilder();
    if (endpoints.get(0).tls()) {
      b.tls()
          .sslContext(tls(access))
          .environmentBuilder()
          .netty()
          .channelCustomizer(c -> checkHost(c, access.verifyHostname()));
    }
    try {
      return b.build();
    } catch (RuntimeException e) {
      throw RabbitErrors.down("connect to the stream protocol at " + endpoints + ": " + e, e);
    }
  }

  /** Returns where the stream protocol is. */
  List<Endpoint> endpoints() {
    return connections.streams().endpoints();
  }

  /** Opens a connection of its own that a handler sees every frame of. */
  Client connect(String host, int port, ChannelHandler sees) {
    StreamAccess access = connections.streams();
    BackendConfig config = connections.context().config();
    Client.ClientParameters p =
        new Client.ClientParameters()
            .host(host)
            .port(port)
            .virtualHost(access.virtualHost())
            .credentialsProvider(new Login(access))
            .requestedHeartbeat(config.get(RabbitKeys.HEARTBEAT))
            .rpcTimeout(config.get(RabbitKeys.RPC_TIMEOUT))
            .eventLoopGroup(loops())
            .clientProperty("connection_name", connections.context().brokerName() + "-probe");
    boolean tls = access.endpoints().get(0).tls();
    if (tls) {
      p.sslContext(tls(access));
    }
    return new Client(
        p.channelCustomizer(
            c -> {
              if (tls) {
                checkHost(c, access.verifyHostname());
              }
              c.pipeline().addBefore("StreamHandler", "mq", sees);
            }));
  }

  private EventLoopGroup loops() {
    loopsLock.lock();
    try {
      if (ended) {
        throw RabbitErrors.down("streams: closed", null);
      }
      EventLoopGroup known = loops;
      if (known == null) {
        known =
            new MultiThreadIoEventLoopGroup(
                connections.context().threads("rabbit-stream"), NioIoHandler.newFactory());
        loops = known;
      }
      return known;
    } finally {
      loopsLock.unlock();
    }
  }

  private static SslContext tls(StreamAccess access) {
    return new JdkSslContext(
        access.tls(),
        true,
        null,
        (c, d, s) -> d.toArray(String[]::new),
        null,
        ClientAuth.NONE,
        null,
        false);
  }

  private static BackOffDelayPolicy backOff(BackendConfig config) {
    Duration first = config.get(RabbitKeys.RECOVERY_FIRST);
    Duration max = config.get(RabbitKeys.RECOVERY_MAX);
    return attempt -> {
      Duration next = first.multipliedBy(1L << Math.min(attempt, 20));
      return next.compareTo(max) > 0 ? max : next;
    };
  }

  private static String uri(Endpoint e) {
    String host = e.host().indexOf(':') >= 0 ? "[" + e.host() + "]" : e.host();
    return (e.tls() ? "rabbitmq-stream+tls://" : "rabbitmq-stream://") + host + ":" + e.port();
  }

  private static void checkHost(Channel channel, boolean verify) {
    SslHandler handler = channel.pipeline().get(SslHandler.class);
    if (handler != null) {
      SSLParameters parameters = handler.engine().getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm(verify ? "HTTPS" : null);
      handler.engine().setSSLParameters(parameters);
    }
  }

  /** Reads the credentials again for every connection. */
  private record Login(StreamAccess access) implements UsernamePasswordCredentialsProvider {
    @Override
    public String getUsername() {
      return access.credentials().username();
    }

    @Override
    public String getPassword() {
      return access.credentials().password();
    }
  }

  /** Returns what an error of a read-only operation means. */
  static MqException failed(String what, Throwable e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof MqException mq) {
        return mq;
      }
      if (t instanceof StreamDoesNotExistException) {
        return new NotFoundException(what + ": there is no such stream");
      }
    }
    return RabbitErrors.down(what + ": " + e, e);
  }

  /** Closes the client; waits for the broker. */
  void close() {
    Environment e;
    lock.lock();
    try {
      closed = true;
      e = environment;
      environment = null;
    } finally {
      lock.unlock();
    }
    if (e != null) {
      e.close();
    }
  }

  /** Ends the threads of all connections, with those that still wait for a broker. */
  void end() {
    EventLoopGroup used;
    loopsLock.lock();
    try {
      ended = true;
      used = loops;
      loops = null;
    } finally {
      loopsLock.unlock();
    }
    if (used != null) {
      var unused = used.shutdownGracefully(0, QUIET.toMillis(), TimeUnit.MILLISECONDS);
    }
  }
}
