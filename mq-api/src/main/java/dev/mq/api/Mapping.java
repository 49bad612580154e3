package dev.mq.api;

import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How a value becomes the properties of a message. Not thread-safe.
 *
 * @param <T> the type of the value
 */
public interface Mapping<T> {
  /** Sets the message's id, for publishers with an identity of their own. */
  Mapping<T> id(Function<? super T, String> id);

  /** Sets the key. */
  Mapping<T> key(Function<? super T, @Nullable String> key);

  /** Sets the routing key. */
  Mapping<T> routingKey(Function<? super T, String> routingKey);

  /** Sets a text header. */
  Mapping<T> header(String name, Function<? super T, String> value);

  /** Sets anything else on the builder. */
  Mapping<T> with(BiConsumer<? super T, Message.Builder> with);
}
