package dev.mq.tools.bench.routing;

import dev.mq.api.Binding;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.Headers;
import dev.mq.api.QueueSpec;
import dev.mq.core.routing.CommandIds;
import dev.mq.core.routing.ExchangeNode;
import dev.mq.core.routing.TopologyCommand;
import dev.mq.core.routing.TopologyState;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/** Builds the topologies that are measured. The same size gives the same bindings in every run. */
final class Bindings {
  static final String EXCHANGE = "x";
  private static final int QUEUES = 10_000;

  final TopologyState state = new TopologyState();
  final List<Binding> all = new ArrayList<>();
  private final CommandIds ids = new CommandIds();

  private Bindings(ExchangeSpec exchange, int size) {
    apply(new TopologyCommand.DeclareExchange(ids.next(), exchange));
    for (int i = 0; i < Math.min(size, QUEUES); i++) {
      apply(new TopologyCommand.DeclareQueue(ids.next(), QueueSpec.of("q" + i), "1", null));
    }
  }

  static Bindings direct(int size) {
    Bindings b = new Bindings(ExchangeSpec.direct(EXCHANGE), size);
    for (int i = 0; i < size; i++) {
      b.bind(Binding.toQueue(EXCHANGE, directKey(i), queue(i)));
    }
    return b;
  }

  static String directKey(int i) {
    return "order." + i + ".paid";
  }

  /** Four patterns for each subject, each with a wildcard, one of them with a leading hash. */
  static Bindings topic(int size) {
    Bindings b = new Bindings(ExchangeSpec.topic(EXCHANGE), size);
    for (int i = 0; i < size; i++) {
      b.bind(Binding.toQueue(EXCHANGE, pattern(i), queue(i)));
    }
    return b;
  }

  static String pattern(int i) {
    int subject = i / 4;
    String region = "r" + subject % 1000;
    String symbol = "s" + subject;
    return switch (i % 4) {
      case 0 -> "stock." + region + "." + symbol + ".*";
      case 1 -> "stock.*." + symbol + ".*";
      case 2 -> "stock." + region + "." + symbol + ".#";
      default -> "#." + symbol + ".*";
    };
  }

  /** Keys of four words. Each one hits the patterns of a subject, or none. */
  static String[] topicKeys(int size, int distinct, boolean hit) {
    Random random = new Random(7);
    int subjects = Math.max(1, size / 4);
    String[] keys = new String[distinct];
    for (int i = 0; i < distinct; i++) {
      int subject = random.nextInt(subjects);
      keys[i] = "stock.r" + subject % 1000 + (hit ? ".s" : ".z") + subject + ".t" + i;
    }
    return keys;
  }

  /** Each binding needs three predicates; the customer tells them apart. */
  static Bindings headers(int size) {
    Bindings b = new Bindings(ExchangeSpec.headers(EXCHANGE), size);
    for (int i = 0; i < size; i++) {
      Headers arguments =
          Headers.builder()
              .put("type", "type" + i % 10)
              .put("region", i % 100)
              .put("customer", i)
              .build();
      b.bind(Binding.toQueue(EXCHANGE, arguments, queue(i)));
    }
    return b;
  }

  static Headers message(int i) {
    Headers.Builder h = Headers.builder();
    for (int n = 0; n < 7; n++) {
      h.put("other" + n, "value" + n);
    }
    return h.put("type", "type" + i % 10).put("region", i % 100).put("customer", i).build();
  }

  ExchangeNode exchange() {
    return Objects.requireNonNull(state.exchange(EXCHANGE));
  }

  void bind(Binding binding) {
    apply(new TopologyCommand.Bind(ids.next(), binding));
    all.add(binding);
  }

  /** Binds and unbinds once. */
  void cycle(Binding binding) {
    apply(new TopologyCommand.Bind(ids.next(), binding));
    apply(new TopologyCommand.Unbind(ids.next(), binding));
  }

  static String queue(int i) {
    return "q" + i % QUEUES;
  }

  private void apply(TopologyCommand command) {
    state.apply(state.offset() + 1, command).orThrow();
  }
}
