package dev.mq.api;

import java.lang.reflect.Type;

/**
 * The way from this API to its implementation, found by {@link java.util.ServiceLoader}: there is
 * one, in mq-core. Programs use {@link Broker#open()} and {@link Codec#json}.
 */
public interface BrokerFactory {
  /** Opens a broker; see {@link Broker#open(BrokerConfig)}. */
  Broker open(BrokerConfig config);

  /** Returns a codec for JSON; see {@link Codec#json(Type)}. */
  <T> Codec<T> jsonCodec(Type type);

  /** Returns a builder of a bridge; see {@link Bridge#from(GroupBuilder)}. */
  BridgeBuilder bridge(GroupBuilder<byte[]> source);

  /** Returns a builder of a bridge; see {@link Bridge#from(ConsumerBuilder)}. */
  BridgeBuilder bridge(ConsumerBuilder<byte[]> source);
}
