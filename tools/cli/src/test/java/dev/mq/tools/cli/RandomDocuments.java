package dev.mq.tools.cli;

import dev.mq.api.Binding;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.ExchangeType;
import dev.mq.api.Headers;
import dev.mq.tools.cli.RouteDocument.Question;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Makes documents of random topologies that share queues but no exchanges, so that one broker
 * answers for many of them at once.
 */
final class RandomDocuments {
  private static final List<String> WORDS = List.of("a", "b", "c", "");
  private static final List<String> PATTERN_WORDS = List.of("a", "b", "", "*", "*", "#");
  private static final List<String> MATCHES =
      List.of("all", "any", "all-with-x", "any-with-x", "unsaid");
  private static final List<String> NAMES = List.of("n", "m", "x-o");
  private static final int EXCHANGES = 4;
  private static final int QUEUES = 6;
  private static final int BINDINGS = 9;
  private static final int MESSAGES = 8;

  private final Random random;
  private final List<ExchangeSpec> exchanges = new ArrayList<>();
  private final List<Binding> bindings = new ArrayList<>();
  private final List<Question> messages = new ArrayList<>();

  private RandomDocuments(Random random) {
    this.random = random;
  }

  /** Returns a document of several topologies. */
  static RouteDocument make(Random random, int topologies) {
    RandomDocuments made = new RandomDocuments(random);
    for (int t = 0; t < topologies; t++) {
      made.topology("t" + t + "-");
    }
    return new RouteDocument(made.exchanges, made.bindings, made.messages);
  }

  private void topology(String prefix) {
    List<ExchangeSpec> mine = new ArrayList<>();
    for (int i = 0; i < EXCHANGES; i++) {
      ExchangeType type = pick(List.of(ExchangeType.values()));
      String alternate = random.nextInt(3) == 0 ? prefix + random.nextInt(EXCHANGES) : null;
      mine.add(ExchangeSpec.builder(prefix + i, type).alternate(alternate).build());
    }
    for (int i = 0; i < BINDINGS; i++) {
      bindings.add(binding(prefix, pick(mine)));
    }
    for (int i = 0; i < MESSAGES; i++) {
      messages.add(new Question(pick(mine).name(), key(WORDS), headers(false)));
    }
    exchanges.addAll(mine);
  }

  private Binding binding(String prefix, ExchangeSpec from) {
    boolean toExchange = random.nextInt(3) == 0;
    return new Binding(
        from.name(),
        toExchange ? Binding.Kind.EXCHANGE : Binding.Kind.QUEUE,
        toExchange ? prefix + random.nextInt(EXCHANGES) : "q" + random.nextInt(QUEUES),
        key(from.type() == ExchangeType.TOPIC ? PATTERN_WORDS : WORDS),
        from.type() == ExchangeType.HEADERS ? headers(true) : Headers.empty());
  }

  /** At most two words are {@code #}, as more are refused everywhere. */
  private String key(List<String> words) {
    int[] wild = {0};
    return IntStream.range(0, random.nextInt(5))
        .mapToObj(i -> pick(words))
        .filter(word -> !word.equals("#") || ++wild[0] <= 2)
        .collect(Collectors.joining("."));
  }

  private Headers headers(boolean arguments) {
    Headers.Builder headers = Headers.builder();
    String match = pick(MATCHES);
    if (arguments && !match.equals("unsaid")) {
      headers.put("x-match", match);
    }
    for (String name : NAMES) {
      switch (random.nextInt(8)) {
        case 0 -> headers.put(name, random.nextInt(2));
        case 1 -> headers.put(name, String.valueOf(random.nextInt(2)));
        case 2 -> headers.put(name, random.nextBoolean());
        case 4 -> headers.put(name, random.nextInt(4) / 2.0);
        case 5 -> headers.put(name, new byte[] {(byte) ('0' + random.nextInt(2))});
        case 3 -> {
          if (arguments) {
            headers.putNull(name);
          }
        }
        default -> {
          // Not there.
        }
      }
    }
    return headers.build();
  }

  private <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }
}
