package dev.mq.tck;

import dev.mq.api.Binding;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.ExchangeType;
import dev.mq.api.Headers;
import dev.mq.api.Message;
import dev.mq.api.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * Two exchanges with random bindings between them and to some queues, and messages that may fit.
 */
final class RandomTopology {
  private static final int BINDINGS = 6;
  private static final List<String> WORDS = List.of("a", "b", "", "*", "#", "ä");

  private final Random random;
  private final List<String> queues;
  private final List<ExchangeSpec> exchanges = new ArrayList<>();

  RandomTopology(Random random, UnaryOperator<String> names, List<String> queues) {
    this.random = random;
    this.queues = queues;
    for (int i = 0; i < 2; i++) {
      ExchangeSpec.Builder x =
          ExchangeSpec.builder(names.apply("x" + i), any(ExchangeType.values()));
      if (i == 1 && random.nextInt(3) == 0) {
        x.alternate(exchanges.get(0).name());
      }
      exchanges.add(x.build());
    }
  }

  Topology topology() {
    Topology.Builder t = Topology.builder();
    exchanges.forEach(t::exchange);
    for (int i = 0; i < BINDINGS; i++) {
      ExchangeSpec from = exchanges.get(random.nextInt(exchanges.size()));
      boolean toQueue = random.nextInt(4) != 0;
      boolean byHeaders = from.type() == ExchangeType.HEADERS;
      t.bind(
          new Binding(
              from.name(),
              toQueue ? Binding.Kind.QUEUE : Binding.Kind.EXCHANGE,
              toQueue
                  ? queues.get(random.nextInt(queues.size()))
                  : exchanges.get(random.nextInt(exchanges.size())).name(),
              byHeaders ? "" : pattern(),
              byHeaders ? arguments() : Headers.empty()));
    }
    return t.build();
  }

  Message message(String body) {
    return Message.builder().routingKey(key(4)).headers(headers()).body(body).build();
  }

  private String pattern() {
    return key(6);
  }

  /**
   * Returns words joined by dots; with all of them it may be a pattern, of two {@code #} at most.
   */
  private String key(int kinds) {
    int words = random.nextInt(4);
    List<String> all = new ArrayList<>();
    for (int i = 0; i < words; i++) {
      String word = WORDS.get(random.nextInt(kinds));
      boolean third = word.equals("#") && all.stream().filter("#"::equals).count() == 2;
      all.add(third ? "a" : word);
    }
    return String.join(".", all);
  }

  private Headers arguments() {
    Headers.Builder h = headers().toBuilder();
    if (random.nextBoolean()) {
      h.put("x-match", random.nextBoolean() ? "any" : "all");
    }
    return h.build();
  }

  private Headers headers() {
    Headers.Builder h = Headers.builder();
    for (String name : List.of("n", "s", "x-t")) {
      switch (random.nextInt(6)) {
        case 0 -> h.put(name, random.nextInt(2));
        case 1 -> h.put(name, Integer.toString(random.nextInt(2)));
        case 2 -> h.put(name, (double) random.nextInt(2));
        case 3 -> h.putNull(name);
        case 4 -> h.put(name, random.nextBoolean());
        default -> {}
      }
    }
    return h.build();
  }

  private <T> T any(T[] values) {
    return values[random.nextInt(values.length)];
  }
}
