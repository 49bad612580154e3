package dev.mq.core.routing;

import dev.mq.api.Binding;
import dev.mq.api.ExchangeType;
import org.jspecify.annotations.Nullable;

/**
 * What a binding must keep to for the type of its exchange; the same for the author and for
 * everybody who applies it.
 */
public final class BindingRules {
  private BindingRules() {}

  /** Returns why an exchange of a type refuses a binding, or null when it takes it. */
  public static @Nullable String refusal(ExchangeType type, Binding binding) {
    String why =
        switch (type) {
          case DIRECT, FANOUT -> null;
          case TOPIC ->
              hashWords(binding.key()) > Binding.MAX_HASH_WORDS
                  ? "a topic pattern has at most " + Binding.MAX_HASH_WORDS + " '#' words"
                  : null;
          case HEADERS -> HeaderMatch.refusal(binding.arguments());
        };
    return why == null ? null : "bind: " + binding + ": " + why;
  }

  private static int hashWords(String pattern) {
    int words = 0;
    for (int i = 0; i < pattern.length(); i++) {
      boolean alone =
          pattern.charAt(i) == '#'
              && (i == 0 || pattern.charAt(i - 1) == '.')
              && (i + 1 == pattern.length() || pattern.charAt(i + 1) == '.');
      words += alone ? 1 : 0;
    }
    return words;
  }
}
