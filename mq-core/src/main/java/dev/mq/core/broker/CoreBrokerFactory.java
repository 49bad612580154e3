package dev.mq.core.broker;

import dev.mq.api.Broker;
import dev.mq.api.BrokerConfig;
import dev.mq.api.BrokerFactory;
import dev.mq.api.Codec;
import java.lang.reflect.Type;

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
}
