package dev.mq.core.produce;

import dev.mq.api.Message;
import dev.mq.api.Producer;
import dev.mq.api.Receipt;
import dev.mq.api.SendCallback;
import dev.mq.api.TypedProducer;
import java.util.concurrent.CompletionStage;

/** A producer of values over a producer of messages. */
final class TypedProducerImpl<T> implements TypedProducer<T> {
  private final Producer producer;
  private final MessageMapper<T> mapper;

  TypedProducerImpl(Producer producer, MessageMapper<T> mapper) {
    this.producer = producer;
    this.mapper = mapper;
  }

  @Override
  public Receipt send(T value) {
    return producer.send(mapper.map(value));
  }

  @Override
  public CompletionStage<Receipt> sendAsync(T value) {
    return producer.sendAsync(mapper.map(value));
  }

  @Override
  public void send(T value, SendCallback callback) {
    producer.send(mapper.map(value), callback);
  }

  @Override
  public Message toMessage(T value) {
    return mapper.map(value);
  }

  @Override
  public Producer producer() {
    return producer;
  }

  @Override
  public void close() {
    producer.close();
  }
}
