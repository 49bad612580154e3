package dev.mq.rabbit.spike;

import static java.util.Objects.requireNonNull;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.ShutdownSignalException;
import com.rabbitmq.client.SocketConfigurators;
import com.rabbitmq.stream.Environment;
import dev.mq.api.Binding;
import dev.mq.api.Capabilities;
import dev.mq.api.Capability;
import dev.mq.api.DeclarationConflictException;
import dev.mq.api.ErrorCode;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.MqException;
import dev.mq.api.QueueSpec;
import dev.mq.spi.*;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Two AMQP connections, made when needed and again when lost, and one stream environment. */
final class SpikeSession implements BackendSession, QueueDriver, ExchangeDriver {
  record Target(String name, String exchange) implements BackendQueue, BackendExchange {}

  interface Call<T> {
    T on(Channel channel) throws Exception;
  }

  final BackendContext context;
  final Environment streams;
  private final Link publishing = new Link("publishing");
  private final Link consuming = new Link("consuming");
  private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();

  SpikeSession(BackendContext context) {
    this.context = context;
    consuming.get();
    streams = Environment.builder().uri(context.config().get(SpikeProvider.STREAMS)).build();
  }

  /** A connection that is made again by whoever needs it next. */
  final class Link {
    private final String what;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Connection connection;

    Link(String what) {
      this.what = what;
    }

    Connection get() {
      lock.lock();
      try {
        Connection c = connection;
        if (c == null || !c.isOpen()) {
          ConnectionFactory factory = new ConnectionFactory();
          factory.setUri(context.config().get(SpikeProvider.AMQP));
          factory.setAutomaticRecoveryEnabled(false);
          factory.setThreadFactory(context.threads(what));
          factory.setSocketConfigurator(
              SocketConfigurators.defaultConfigurator().andThen(sockets::add));
          boolean again = c != null;
          c = factory.newConnection(context.brokerName() + "-" + what);
          c.addShutdownListener(
              e -> {
                if (!e.isInitiatedByApplication()) {
                  context.connectionLost(what, null);
                }
              });
          connection = c;
          if (again) {
            context.connectionRecovered(what);
          }
        }
        return c;
      } catch (Exception e) {
        throw new MqException(ErrorCode.UNAVAILABLE, true, true, "connect: " + e, e);
      } finally {
        lock.unlock();
      }
    }
  }

  Connection consuming() {
    return consuming.get();
  }

  Connection publishing() {
    return publishing.get();
  }

  /** Cuts the network under every AMQP connection. */
  void cut() throws IOException {
    for (Socket s = sockets.poll(); s != null; s = sockets.poll()) {
      s.close();
    }
  }

  /** Runs on a channel of its own: an error of the broker closes the channel it happened on. */
  <T> T call(Call<T> body) {
    try (Channel channel = consuming.get().createChannel()) {
      return body.on(channel);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new MqException(ErrorCode.INTERNAL, false, false, "call: " + e, e);
    }
  }

  private <T> T declare(Object spec, Call<T> body) {
    try {
      return call(body);
    } catch (UncheckedIOException e) {
      if (classify(e).code() == ErrorCode.CONFLICT) {
        // The broker's text is all there is; it names both values of the first difference.
        throw new DeclarationConflictException(
            spec.toString(), String.valueOf(e.getCause().getCause()), spec.toString());
      }
      throw e;
    }
  }

  @Override
  public BackendQueue create(QueueSpec spec, String incarnation) {
    Map<String, Object> arguments = new HashMap<>(Map.of("x-queue-type", "quorum"));
    if (spec.maxLength() > 0) {
      arguments.put("x-max-length", spec.maxLength());
      arguments.put(
          "x-overflow", spec.overflow().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    }
    if (spec.singleActiveConsumer()) {
      arguments.put("x-single-active-consumer", true);
    }
    declare(spec, c -> c.queueDeclare(spec.name(), true, false, false, arguments));
    return new Target(spec.name(), "");
  }

  @Override
  public BackendQueue open(String name, String incarnation) {
    call(c -> c.queueDeclarePassive(name));
    return new Target(name, "");
  }

  @Override
  public void delete(String name, String incarnation) {
    call(c -> c.queueDelete(name));
  }

  @Override
  public long depth(BackendQueue queue) {
    return call(c -> c.messageCount(queue.name()));
  }

  @Override
  public long purge(BackendQueue queue) {
    return call(c -> c.queuePurge(queue.name()).getMessageCount());
  }

  @Override
  public QueueTraits traits() {
    return new QueueTraits(false);
  }

  @Override
  public QueueSubscription subscribe(
      BackendQueue queue, SubscribeOptions options, SubscriptionListener listener) {
    return new SpikeLane(this, queue.name(), options, listener).start();
  }

  @Override
  public BackendExchange create(ExchangeSpec spec) {
    String type = spec.type().name().toLowerCase(Locale.ROOT);
    Map<String, Object> arguments = new HashMap<>();
    if (spec.alternate() != null) {
      arguments.put("alternate-exchange", spec.alternate());
    }
    declare(spec, c -> c.exchangeDeclare(spec.name(), type, true, false, arguments));
    return new Target(spec.name(), spec.name());
  }

  @Override
  public BackendExchange open(String name) {
    call(c -> c.exchangeDeclarePassive(name));
    return new Target(name, name);
  }

  @Override
  public void delete(String name) {
    call(c -> c.exchangeDelete(name));
  }

  @Override
  public void bind(Binding b) {
    Map<String, Object> arguments = SpikeWire.table(b.arguments());
    call(
        c ->
            b.kind() == Binding.Kind.QUEUE
                ? c.queueBind(b.destination(), b.exchange(), b.key(), arguments)
                : c.exchangeBind(b.destination(), b.exchange(), b.key(), arguments));
  }

  @Override
  public void unbind(Binding b) {
    Map<String, Object> arguments = SpikeWire.table(b.arguments());
    call(
        c ->
            b.kind() == Binding.Kind.QUEUE
                ? c.queueUnbind(b.destination(), b.exchange(), b.key(), arguments)
                : c.exchangeUnbind(b.destination(), b.exchange(), b.key(), arguments));
  }

  @Override
  public Capabilities capabilities() {
    return Capabilities.builder("rabbitspike")
        .with(Capability.QUEUES, Capability.EXCHANGES, Capability.LOGS, Capability.LOG_LAG)
        .with(Capability.CONFIRMED_SETTLE, Capability.MAX_LENGTH, Capability.SINGLE_ACTIVE_CONSUMER)
        .build();
  }

  @Override
  public PublishChannel openPublisher() {
    return new SpikePublisher(this);
  }

  @Override
  public Optional<QueueDriver> queues() {
    return Optional.of(this);
  }

  @Override
  public Optional<ExchangeDriver> exchanges() {
    return Optional.of(this);
  }

  @Override
  public Optional<LogDriver> logs() {
    return Optional.of(new SpikeLogs(this));
  }

  @Override
  public String healthProblem() {
    Connection c = consuming.connection;
    return c != null && c.isOpen() ? "" : "not connected";
  }

  @Override
  public ErrorClass classify(Throwable error) {
    for (Throwable t = error; t != null; t = t.getCause()) {
      if (t instanceof ShutdownSignalException s) {
        int code = s.getReason() instanceof AMQP.Channel.Close close ? close.getReplyCode() : 0;
        return switch (code) {
          case AMQP.NOT_FOUND -> ErrorClass.definite(ErrorCode.NOT_FOUND);
          case AMQP.PRECONDITION_FAILED -> ErrorClass.definite(ErrorCode.CONFLICT);
          case AMQP.RESOURCE_LOCKED -> ErrorClass.definite(ErrorCode.OWNED_BY_OTHER);
          case AMQP.ACCESS_REFUSED -> ErrorClass.definite(ErrorCode.AUTHORIZATION);
          default ->
              s instanceof AlreadyClosedException ? ErrorClass.unavailable() : ErrorClass.unknown();
        };
      }
    }
    return ErrorClass.unknown();
  }

  @Override
  public <T> Optional<T> unwrap(Class<T> type) {
    return type.isInstance(this) ? Optional.of(type.cast(this)) : Optional.empty();
  }

  @Override
  public void close(Duration timeout) {
    int millis = (int) Math.max(1, timeout.toMillis());
    for (Link link : new Link[] {publishing, consuming}) {
      if (link.connection != null) {
        requireNonNull(link.connection).abort(millis);
      }
    }
    streams.close();
  }
}
