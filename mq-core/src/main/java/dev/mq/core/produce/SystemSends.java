package dev.mq.core.produce;

import dev.mq.api.ErrorCode;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.Receipt;
import dev.mq.core.runtime.Child;
import dev.mq.core.runtime.Kernel;
import dev.mq.core.runtime.SystemPublisher;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The runtime's own publisher: one channel per address, made at first use. */
public final class SystemSends implements SystemPublisher, Child {
  private final Kernel kernel;
  private final Function<String, Route> routes;
  private final Map<String, ProducerCore> producers = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /**
   * Creates a publisher.
   *
   * @param routes makes the route of an address; throws when the destination does not exist
   */
  public SystemSends(Kernel kernel, Function<String, Route> routes) {
    this.kernel = kernel;
    this.routes = routes;
  }

  @Override
  public void publish(String address, Message message, Done done) {
    try {
      if (closed) {
        throw new MqException(
            ErrorCode.CLOSED, "publish " + address + ": broker '" + kernel.name() + "' is closed");
      }
      ProducerCore core = producers.computeIfAbsent(address, this::open);
      core.send(new SystemSend(core, message, done));
    } catch (RuntimeException e) {
      done.done(
          kernel.wrap(
              e, "publish",
              address)); // it threw, so it did not take the message and answers nothing
    }
  }

  private ProducerCore open(String address) {
    return new ProducerCore(kernel, routes.apply(address), address, ProducerOptions.SYSTEM);
  }

  /**
   * Closes; what the runtime publishes after that fails as closed. Called when nothing consumes any
   * more.
   */
  @Override
  public boolean close(Duration timeout) {
    closed = true;
    boolean clean = true;
    for (ProducerCore core : producers.values()) {
      clean &= core.close(timeout);
    }
    return clean;
  }

  private static final class SystemSend extends Send {
    private final Done done;

    SystemSend(ProducerCore core, Message message, Done done) {
      super(core, message);
      this.done = done;
    }

    @Override
    void deliver(@Nullable Receipt receipt, @Nullable MqException error) {
      try {
        done.done(error);
      } finally {
        told();
      }
    }
  }
}
