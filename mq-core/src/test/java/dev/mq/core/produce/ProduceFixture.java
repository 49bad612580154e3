package dev.mq.core.produce;

import dev.mq.api.BrokerConfig;
import dev.mq.api.Capabilities;
import dev.mq.api.Capability;
import dev.mq.api.Destination;
import dev.mq.api.ErrorCode;
import dev.mq.api.Message;
import dev.mq.api.ProducerBuilder;
import dev.mq.api.Queue;
import dev.mq.core.config.ConfigurationLoader;
import dev.mq.core.config.Environment;
import dev.mq.core.runtime.EventBus;
import dev.mq.core.runtime.Kernel;
import dev.mq.core.runtime.SystemTime;
import dev.mq.core.runtime.Threads;
import dev.mq.spi.BackendSession;
import dev.mq.spi.ErrorClass;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.PublishChannel;
import dev.mq.spi.PublishTarget;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A kernel over a backend whose confirmations the test gives by hand. */
final class ProduceFixture implements AutoCloseable {
  /** An error that leaves the outcome open, as the fake backend classifies it. */
  static final class Lost extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** An error that is definite. */
  static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** One message the backend was handed. */
  record Handed(PublishBatch batch, int index) {
    void confirm() {
      batch.confirmed(index, PublishBatch.NO_PARTITION, PublishBatch.NO_OFFSET);
    }

    void fail(Throwable error) {
      batch.failed(index, error);
    }

    Message message() {
      return batch.message(index);
    }
  }

  record Target(String name) implements PublishTarget {}

  final LinkedBlockingQueue<Handed> handed = new LinkedBlockingQueue<>();
  final Threads threads = new Threads("test", null);
  final SystemTime time = new SystemTime(threads.factory("timer"));
  final Kernel kernel;
  volatile Consumer<PublishBatch> onPublish = b -> {};
  private final List<Target> targets = new ArrayList<>();

  ProduceFixture(String... targetNames) {
    for (String name : targetNames) {
      targets.add(new Target(name));
    }
    kernel =
        new Kernel(
            "fake",
            new FakeSession(),
            time,
            ConfigurationLoader.load(
                BrokerConfig.builder().isolated().build(), List.of(), Environment.system()),
            threads,
            new EventBus(threads.completions(), null));
  }

  /** Returns a builder of producers that reach all targets of the fixture. */
  ProducerBuilder producer() {
    return producer(route());
  }

  /** Returns a builder of producers over a route of the test. */
  ProducerBuilder producer(Route route) {
    return new Producers(kernel, destination(), p -> route);
  }

  Route route() {
    return (message, sink) -> targets.forEach(sink::add);
  }

  static Destination destination() {
    return (Queue)
        Proxy.newProxyInstance(
            Queue.class.getClassLoader(),
            new Class<?>[] {Queue.class},
            (proxy, method, args) -> method.getName().equals("name") ? "q" : "queue:q");
  }

  /** Waits for the next message the backend is handed. */
  Handed next() throws InterruptedException {
    Handed h = handed.poll(10, TimeUnit.SECONDS);
    if (h == null) {
      throw new AssertionError("nothing was handed to the backend within 10 s");
    }
    return h;
  }

  /** Confirms everything inside publish from now on. */
  void confirmInside() {
    onPublish =
        b -> {
          for (int i = 0; i < b.size(); i++) {
            b.confirmed(i, PublishBatch.NO_PARTITION, PublishBatch.NO_OFFSET);
          }
        };
  }

  @Override
  public void close() {
    time.shutdown();
    threads.shutdown();
  }

  private final class FakeSession implements BackendSession {
    @Override
    public Capabilities capabilities() {
      return Capabilities.builder("fake").with(Capability.MAX_BODY_BYTES, 1000).build();
    }

    @Override
    public PublishChannel openPublisher() {
      return new PublishChannel() {
        @Override
        public void publish(PublishBatch batch) {
          for (int i = 0; i < batch.size(); i++) {
            handed.add(new Handed(batch, i));
          }
          onPublish.accept(batch);
        }

        @Override
        public void close(Duration timeout) {}
      };
    }

    @Override
    public String healthProblem() {
      return "";
    }

    @Override
    public ErrorClass classify(Throwable error) {
      return error instanceof Refused
          ? ErrorClass.definite(ErrorCode.QUEUE_FULL)
          : ErrorClass.unknown();
    }

    @Override
    public void close(Duration timeout) {}
  }
}
