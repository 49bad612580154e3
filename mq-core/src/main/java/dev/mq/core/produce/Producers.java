package dev.mq.core.produce;

import static java.util.Objects.requireNonNull;

import dev.mq.api.Codec;
import dev.mq.api.Destination;
import dev.mq.api.ErrorCode;
import dev.mq.api.Mapping;
import dev.mq.api.MqException;
import dev.mq.api.Partitioner;
import dev.mq.api.Producer;
import dev.mq.api.ProducerBuilder;
import dev.mq.api.PublishInterceptor;
import dev.mq.api.TypedProducer;
import dev.mq.core.runtime.Kernel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Builds producers of one destination. */
public final class Producers implements ProducerBuilder {
  private final Kernel kernel;
  private final Destination destination;
  private final Function<@Nullable Partitioner, Route> routes;
  private final List<PublishInterceptor> interceptors = new ArrayList<>();
  private @Nullable Partitioner partitioner;
  private String name;
  private int maxInFlight = ProducerOptions.DEFAULTS.maxInFlight();
  private long maxInFlightBytes = ProducerOptions.DEFAULTS.maxInFlightBytes();
  private Duration maxBlock = ProducerOptions.DEFAULTS.maxBlock();
  private Duration deliveryTimeout = ProducerOptions.DEFAULTS.deliveryTimeout();
  private boolean dropUnroutable;

  /**
   * Creates a builder.
   *
   * @param routes makes the route, with the program's partitioner if it set one; throws when the destination does not exist
   */
  public Producers(Kernel kernel, Destination destination, Function<@Nullable Partitioner, Route> routes) {
    this.kernel = kernel;
    this.destination = destination;
    this.routes = routes;
    this.name = destination.address();
  }

  @Override
  public ProducerBuilder name(String name) {
    this.name = requireNonNull(name, "name");
    return this;
  }

  @Override
  public ProducerBuilder maxInFlight(int messages) {
    check(messages >= 1 && messages <= 1_000_000, "maxInFlight", messages, "1 to 1000000");
    this.maxInFlight = messages;
    return this;
  }

  @Override
  public ProducerBuilder maxInFlightBytes(long bytes) {
    check(bytes >= 1 && bytes <= 1L << 40, "maxInFlightBytes", bytes, "1 to 2^40");
    this.maxInFlightBytes = bytes;
    return this;
  }

  @Override
  public ProducerBuilder maxBlock(Duration maxBlock) {
    check(!requireNonNull(maxBlock, "maxBlock").isNegative(), "maxBlock", maxBlock, "0 or more");
    this.maxBlock = maxBlock;
    return this;
  }

  @Override
  public ProducerBuilder deliveryTimeout(Duration timeout) {
    check(requireNonNull(timeout, "timeout").toMillis() >= 1, "deliveryTimeout", timeout, "at least 1 ms");
    this.deliveryTimeout = timeout;
    return this;
  }

  @Override
  public ProducerBuilder dropUnroutable() {
    this.dropUnroutable = true;
    return this;
  }

  @Override
  public ProducerBuilder partitioner(Partitioner partitioner) {
    this.partitioner = requireNonNull(partitioner, "partitioner");
    return this;
  }

  @Override
  public ProducerBuilder intercept(PublishInterceptor interceptor) {
    interceptors.add(requireNonNull(interceptor, "interceptor"));
    return this;
  }

  @Override
  public Producer open() {
    kernel.checkOpen("open producer", destination.address());
    ProducerOptions options =
        new ProducerOptions(maxInFlight, maxInFlightBytes, maxBlock, deliveryTimeout, dropUnroutable)
            .with(kernel.configuration().producer(name));
    Route route = kernel.call("open producer", destination.address(), () -> routes.apply(partitioner));
    ProducerImpl producer = new ProducerImpl(kernel, destination, route, options, interceptors);
    try {
      kernel.adopt(producer, "open producer", destination.address());
    } catch (MqException e) {
      producer.close(Duration.ZERO);
      throw e;
    }
    return producer;
  }

  @Override
  public <T> TypedProducer<T> as(Codec<T> codec, Consumer<Mapping<T>> mapping) {
    MessageMapper<T> mapper = new MessageMapper<>(requireNonNull(codec, "codec"), destination.name());
    requireNonNull(mapping, "mapping").accept(mapper);
    return new TypedProducerImpl<>(open(), mapper);
  }

  private static void check(boolean ok, String what, Object value, String range) {
    if (!ok) {
      throw new MqException(ErrorCode.INVALID_ARGUMENT, what + " must be " + range + ", is " + value);
    }
  }
}
