package dev.mq.core.produce;

import static java.util.Objects.requireNonNull;

import dev.mq.api.Codec;
import dev.mq.api.ErrorCode;
import dev.mq.api.Headers;
import dev.mq.api.Mapping;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Turns values into messages: the codec for the body, the program's mapping for the rest. Filled once, then thread-safe. */
final class MessageMapper<T> implements Mapping<T> {
  private final Codec<T> codec;
  private final String destination;
  private final List<BiConsumer<? super T, Message.Builder>> steps = new ArrayList<>();

  MessageMapper(Codec<T> codec, String destination) {
    this.codec = codec;
    this.destination = destination;
  }

  @Override
  public Mapping<T> id(Function<? super T, String> id) {
    requireNonNull(id, "id");
    return with((v, b) -> b.id(id.apply(v)));
  }

  @Override
  public Mapping<T> key(Function<? super T, @Nullable String> key) {
    requireNonNull(key, "key");
    return with((v, b) -> b.key(key.apply(v)));
  }

  @Override
  public Mapping<T> routingKey(Function<? super T, String> routingKey) {
    requireNonNull(routingKey, "routingKey");
    return with((v, b) -> b.routingKey(routingKey.apply(v)));
  }

  @Override
  public Mapping<T> header(String name, Function<? super T, String> value) {
    requireNonNull(name, "name");
    requireNonNull(value, "value");
    return with((v, b) -> b.header(name, value.apply(v)));
  }

  @Override
  public Mapping<T> with(BiConsumer<? super T, Message.Builder> with) {
    steps.add(requireNonNull(with, "with"));
    return this;
  }

  /** Returns the message of a value. */
  Message map(T value) {
    requireNonNull(value, "value");
    Headers.Builder headers = Headers.builder();
    byte[] body;
    try {
      body = codec.encode(value, destination, headers);
    } catch (MqException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new MqException(ErrorCode.ENCODE, "encode for '" + destination + "': " + e, e);
    }
    Message.Builder b =
        Message.builder().bodyUnsafe(body).contentType(codec.contentType()).headers(headers.build());
    for (BiConsumer<? super T, Message.Builder> step : steps) {
      step.accept(value, b);
    }
    return b.build();
  }
}
