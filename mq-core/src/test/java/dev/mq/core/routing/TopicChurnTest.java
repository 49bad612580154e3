package dev.mq.core.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.Binding;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.Headers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Topic bindings in numbers that make the tables grow, split and shrink, against the oracle. */
class TopicChurnTest {
  private static final int SHAPES = 6;

  /** Every pattern has a word that only the patterns of its number have. */
  private static String pattern(int n, int shape) {
    return switch (shape) {
      case 0 -> "a.w" + n + ".*";
      case 1 -> "*.w" + n + ".longer-word-" + n;
      case 2 -> "#.w" + n + ".#";
      case 3 -> "a.longer-word-" + n + ".#.w" + n;
      case 4 -> "*.#.w" + n + ".*";
      default -> "a.wörter-" + n + ".#";
    };
  }

  private static String key(int n, Random random) {
    List<String> words = List.of("a", "b", "w" + n, "longer-word-" + n, "wörter-" + n);
    StringBuilder key = new StringBuilder(random.nextInt(3) > 0 ? "a" : "b");
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      key.append('.').append(words.get(random.nextInt(words.size())));
    }
    return key.toString();
  }

  private static String queue(int n, int shape) {
    return "q" + (n * SHAPES + shape) % 384;
  }

  private static Binding binding(int n, int shape) {
    return Binding.toQueue("x", pattern(n, shape), queue(n, shape));
  }

  private static Fixture fixture() {
    Fixture f = new Fixture();
    f.exchange(ExchangeSpec.topic("x"));
    for (int i = 0; i < 384; i++) {
      f.queue("q" + i);
    }
    return f;
  }

  @Test
  void tensOfThousandsOfBindingsComeAndGoAndRouteAsTheRulesSay() {
    long seed = System.nanoTime();
    System.err.println("TopicChurnTest seed " + seed);
    Random random = new Random(seed);
    Fixture f = fixture();
    Set<Binding> bound = new HashSet<>();
    int numbers = 10_000;
    for (int i = 0; i < 240_000; i++) {
      // The share of removals swings, so that tables grow and shrink.
      boolean add = random.nextInt(100) < (i / 60_000 % 2 == 0 ? 90 : 8);
      Binding b = binding(random.nextInt(numbers), random.nextInt(SHAPES));
      Outcome outcome = add ? f.bind(b) : f.unbind(b);
      assertThat(outcome.kind() == Outcome.Kind.APPLIED)
          .as("seed %d at %d", seed, i)
          .isEqualTo(add ? bound.add(b) : bound.remove(b));
      if (i % 8 == 0) {
        int n = random.nextInt(numbers);
        String key = key(n, random);
        Set<String> expected = new TreeSet<>();
        for (int shape = 0; shape < SHAPES; shape++) {
          if (bound.contains(binding(n, shape)) && NaiveRouter.topic(pattern(n, shape), key)) {
            expected.add(queue(n, shape));
          }
        }
        assertThat(f.route("x", key)).as("seed %d at %d, %s", seed, i, key).isEqualTo(expected);
      }
    }
    new ArrayList<>(bound).forEach(f::unbind);
    for (int i = 0; i < 1000; i++) {
      assertThat(f.route("x", key(random.nextInt(numbers), random))).isEmpty();
    }
  }

  @Test
  void readersFindWhatStaysAndNothingElseWhileTablesGrowAndShrink() throws Exception {
    Fixture f = fixture();
    int staying = 64;
    int coming = 5_000;
    for (int n = 0; n < staying; n++) {
      for (int shape = 0; shape < SHAPES; shape++) {
        f.bind(binding(n, shape)).orThrow();
      }
    }
    ExchangeNode x = f.state.exchange("x");
    RoutingConcurrencyTest.race(
        () -> {
          for (int round = 0; round < 3; round++) {
            for (int n = staying; n < coming; n++) {
              for (int shape = 0; shape < SHAPES; shape++) {
                f.bind(binding(n, shape)).orThrow();
              }
            }
            for (int n = staying; n < coming; n++) {
              for (int shape = 0; shape < SHAPES; shape++) {
                f.unbind(binding(n, shape)).orThrow();
              }
            }
          }
        },
        (result, random) -> {
          int n = random.nextInt(random.nextBoolean() ? staying : coming);
          String key = key(n, random);
          x.route(key, Headers.empty(), result);
          int explained = 0;
          for (int shape = 0; shape < SHAPES; shape++) {
            boolean matches = NaiveRouter.topic(pattern(n, shape), key);
            boolean reached = RoutingConcurrencyTest.reaches(result, queue(n, shape));
            if ((reached && !matches) || (!reached && matches && n < staying)) {
              throw new AssertionError(key + ": " + pattern(n, shape) + " reached: " + reached);
            }
            explained += reached ? 1 : 0;
          }
          if (result.count() != explained) {
            throw new AssertionError(key + " reached queues of other patterns");
          }
        });
  }
}
