package dev.mq.core.broker;

import dev.mq.api.BridgeBuilder;
import dev.mq.api.Broker;
import dev.mq.api.BrokerConfig;
import dev.mq.api.BrokerEvent;
import dev.mq.api.BrokerFactory;
import dev.mq.api.Codec;
import dev.mq.api.ConsumerBuilder;
import dev.mq.api.Destination;
import dev.mq.api.GroupBuilder;
import dev.mq.api.MqException;
import dev.mq.core.bridge.Bridges;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/** The implementation of the user API, found by {@link java.util.ServiceLoader}. */
public final class CoreBrokerFactory implements BrokerFactory {
  /** Creates the factory; does nothing. */
  public CoreBrokerFactory() {}

  @Override
  public Broker open(BrokerConfig config) {
    return new BrokerOpener(config).open();
  }

  @Override
  public <T> Codec<T> jsonCodec(Type type) {
    return dev.mq.core.codec.JsonCodec.of(type);
  }

  @Override
  public BridgeBuilder bridge(GroupBuilder<byte[]> source) {
    return Bridges.fromLog(source, CoreBrokerFactory::tell);
  }

  @Override
  public BridgeBuilder bridge(ConsumerBuilder<byte[]> source) {
    return Bridges.fromQueue(source, CoreBrokerFactory::tell);
  }

  private static void tell(
      Destination destination, BrokerEvent.Type type, String text, @Nullable MqException error) {
    CoreBroker broker =
        destination instanceof CoreQueue queue
            ? queue.broker()
            : destination instanceof CoreExchange exchange
                ? exchange.broker()
                : ((CoreLog) destination).broker();
    broker.kernel().event(type, destination.address(), text, error);
  }
}
