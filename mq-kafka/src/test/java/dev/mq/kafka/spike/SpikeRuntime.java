package dev.mq.kafka.spike;

import dev.mq.api.BrokerConfig;
import dev.mq.api.Capabilities;
import dev.mq.api.ConsumerBuilder;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.core.config.ConfigurationLoader;
import dev.mq.core.config.Environment;
import dev.mq.core.dispatch.QueueConsumers;
import dev.mq.core.runtime.EventBus;
import dev.mq.core.runtime.Kernel;
import dev.mq.core.runtime.QueueRef;
import dev.mq.core.runtime.SystemTime;
import dev.mq.core.runtime.Threads;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.BackendSession;
import dev.mq.spi.ErrorClass;
import dev.mq.spi.PublishChannel;
import dev.mq.spi.QueueDriver;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The real dispatcher over the driver. */
final class SpikeRuntime implements AutoCloseable {
  private final Threads threads = new Threads("spike", null);
  private final SystemTime time = new SystemTime(threads.factory("time"));
  private final Map<String, BackendQueue> queues = new ConcurrentHashMap<>();
  private final Kernel kernel;

  SpikeRuntime(KafkaSpike driver) {
    this.kernel =
        new Kernel(
            "kafka",
            new Session(driver),
            time,
            ConfigurationLoader.load(
                BrokerConfig.builder().isolated().build(), List.of(), Environment.system()),
            threads,
            new EventBus(threads.completions(), null));
    kernel.wire(
        (address, message, done) ->
            done.done(new MqException(ErrorCode.INTERNAL, "no copy is wanted here: " + address)),
        name -> new QueueRef(queues.get(name), null));
  }

  ConsumerBuilder<byte[]> consumer(BackendQueue queue) {
    queues.put(queue.name(), queue);
    return QueueConsumers.builder(kernel, queue.name());
  }

  @Override
  public void close() {
    kernel.markClosed();
    kernel.children().forEach(c -> c.close(Duration.ofSeconds(10)));
    threads.shutdown();
    time.shutdown();
  }

  private record Session(KafkaSpike driver) implements BackendSession {
    @Override
    public Capabilities capabilities() {
      return Capabilities.builder("kafka").build();
    }

    @Override
    public PublishChannel openPublisher() {
      return new SpikePublisher(driver);
    }

    @Override
    public Optional<QueueDriver> queues() {
      return Optional.of(driver);
    }

    @Override
    public String healthProblem() {
      return "";
    }

    @Override
    public ErrorClass classify(Throwable error) {
      return SpikePublisher.classify(error);
    }

    @Override
    public void close(Duration timeout) {
      driver.admin.close(timeout);
    }
  }
}
