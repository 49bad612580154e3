package dev.mq.core.routing;

import dev.mq.api.Binding;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.ExchangeType;
import dev.mq.api.Headers;
import dev.mq.api.QueueSpec;
import java.util.List;
import java.util.Random;

/** Makes random commands and messages over few names, so that they meet. */
final class RandomTopology {
  /** The first ones are also in keys; two of them are long and have the same hash. */
  private static final List<String> WORDS =
      List.of("a", "b", "c", "", "AaAaAaAa", "BBBBBBBB", "ä", "aa", "*a", "#b", "𝄞", "seven77");

  private static final int KEY_WORDS = 6;
  private static final String[] ODD_KEYS = {
    "", ".", "..", "a..b", ".a", "a.", ".a.b.", "a.b.c.a.b.c.a.b.c", "*", "#", "*.#", "a.*", "A"
  };
  private static final String[] ODD_PATTERNS = {
    "", "#", "*", "#.#", "*.#.*", "#.*", "*.#", "#.a.#", "a.#.b", "#.a.b.#", "*.*", ".", "a..b",
    "*..*", "#.", ".#", "a.#.#", "#.#.a", "#a", "a*", "#.*.#", "#.b.*.#", "*.#.b.#"
  };
  private static final String[] NAMES = {"x", "y", "z", "x-u", "x-v"};

  final Random random;
  private final CommandIds ids = new CommandIds();

  RandomTopology(long seed) {
    random = new Random(seed);
  }

  TopologyCommand command() {
    int n = random.nextInt(100);
    if (n < 12) {
      return new TopologyCommand.DeclareExchange(ids.next(), exchange());
    }
    if (n < 15) {
      return new TopologyCommand.DeleteExchange(ids.next(), exchangeName());
    }
    if (n < 27) {
      QueueSpec.Builder spec = QueueSpec.builder(queueName());
      if (random.nextInt(20) == 0) {
        spec.durable(false);
      }
      return new TopologyCommand.DeclareQueue(ids.next(), spec.build(), incarnation(), null);
    }
    if (n < 30) {
      return new TopologyCommand.DeleteQueue(ids.next(), queueName(), incarnation());
    }
    return n < 90
        ? new TopologyCommand.Bind(ids.next(), binding())
        : new TopologyCommand.Unbind(ids.next(), binding());
  }

  String exchangeName() {
    return "x" + random.nextInt(5);
  }

  String queueName() {
    return "q" + random.nextInt(7);
  }

  String key() {
    return random.nextInt(4) == 0 ? pick(ODD_KEYS) : join(random.nextInt(6), WORDS, false);
  }

  Headers headers() {
    Headers.Builder h = Headers.builder();
    for (String name : NAMES) {
      if (random.nextInt(2) == 0) {
        value(h, name);
      }
    }
    return h.build();
  }

  private ExchangeSpec exchange() {
    String name = exchangeName();
    // Mostly one type for each name, so that declarations of one name are mostly equal.
    boolean usual = random.nextInt(10) > 0;
    ExchangeType[] types = ExchangeType.values();
    int type = usual ? name.charAt(1) % types.length : random.nextInt(types.length);
    ExchangeSpec.Builder spec = ExchangeSpec.builder(name, types[type]);
    if (name.charAt(1) % 2 == 0) {
      spec.alternate("x" + (name.charAt(1) - '0' + 1) % 6);
    }
    return spec.build();
  }

  private String incarnation() {
    return "i" + random.nextInt(2);
  }

  private Binding binding() {
    boolean toQueue = random.nextInt(3) > 0;
    Headers.Builder arguments = Headers.builder();
    if (random.nextInt(2) == 0) {
      String[] how = {"all", "any", "all-with-x", "any-with-x", "sometimes"};
      if (random.nextInt(3) > 0) {
        arguments.put("x-match", how[random.nextInt(20) == 0 ? 4 : random.nextInt(4)]);
      }
      for (int n = random.nextInt(3); n > 0; n--) {
        value(arguments, NAMES[random.nextInt(NAMES.length)]);
      }
    }
    return new Binding(
        exchangeName(),
        toQueue ? Binding.Kind.QUEUE : Binding.Kind.EXCHANGE,
        toQueue ? queueName() : exchangeName(),
        random.nextInt(3) == 0 ? pick(ODD_PATTERNS) : join(random.nextInt(6), WORDS, true),
        arguments.build());
  }

  private void value(Headers.Builder h, String name) {
    switch (random.nextInt(8)) {
      case 0 -> h.put(name, 5);
      case 1 -> h.put(name, 5.0);
      case 2 -> h.put(name, "5");
      case 3 -> h.put(name, random.nextBoolean());
      case 4 -> h.put(name, new byte[] {'5'});
      case 5 -> h.put(name, random.nextBoolean() ? 0.0 : -0.0);
      case 6 -> h.put(name, new byte[] {1, (byte) random.nextInt(2)});
      default -> h.putNull(name);
    }
  }

  private String join(int words, List<String> from, boolean pattern) {
    StringBuilder s = new StringBuilder();
    for (int i = 0; i < words; i++) {
      int n = random.nextInt(pattern ? from.size() + 6 : KEY_WORDS);
      s.append(i == 0 ? "" : ".");
      s.append(n < from.size() ? from.get(n) : n < from.size() + 3 ? "*" : "#");
    }
    return s.toString();
  }

  private String pick(String[] from) {
    return from[random.nextInt(from.length)];
  }
}
