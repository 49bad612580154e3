package dev.mq.core.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.Binding;
import dev.mq.api.ExchangeSpec;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicRouteTest {
  @ParameterizedTest
  @CsvSource({
    "a.b, a.b, true",
    "a.b, a.B, false",
    "a.*, a.b, true",
    "a.*, a., true",
    "a.*, a, false",
    "a.*, a.b.c, false",
    "*, '', false",
    "*, a, true",
    "*.*, ., true",
    "'', '', true",
    "'', a, false",
    "#, '', true",
    "#, a.b.c, true",
    "#, ., true",
    "a.#, a, true",
    "a.#, a.b.c, true",
    "a.#, ab, false",
    "#.a, a, true",
    "#.a, b.c.a, true",
    "#.a, b.c, false",
    "a.#.b, a.b, true",
    "a.#.b, a.b.b, true",
    "a.#.b, a.c..b, true",
    "a.#.b, a.b.c, false",
    "#.#, '', true",
    "#.#, a.b, true",
    "*.#.*, a, false",
    "*.#.*, a.b, true",
    "*.#.*, a.b.c.d, true",
    "#.a.#, b.a.c, true",
    "#.a.#, b.c, false",
    "#.a.b.#, a.a.b, true",
    "a..b, a..b, true",
    "a.*.b, a..b, true",
    "a.b, a..b, false",
    ".a, .a, true",
    "*.a, .a, true",
    "a., a., true",
    "a#, a#, true",
    "a#, ab, false",
    "a*, ab, false",
    "*a, *a, true",
    "*a, ba, false",
    "ä.*, ä.𝄞, true",
    "1234567.*, 1234567.x, true",
    "1234567.*, 1234568.x, false",
    "12345678.*, 12345678.x, true",
    "12345678.*, 12345679.x, false",
    "1234567.*, 12345678.x, false",
    "AaAaAaAa.*, AaAaAaAa.x, true",
    "AaAaAaAa.*, BBBBBBBB.x, false",
    "#.𝄞𝄞.*, a.𝄞𝄞.b, true",
    "#.x.*.#.y.*, x.a.b.y.c, true",
    "#.x.*.#.y.*, x.a.y, false"
  })
  void patternMatchesKeyAsInRabbitMq(String pattern, String key, boolean expected) {
    Fixture f = new Fixture();
    f.exchange(ExchangeSpec.topic("x"));
    f.queue("q");
    f.bind("x", pattern, "q").orThrow();

    assertThat(f.route("x", key)).isEqualTo(expected ? Set.of("q") : Set.of());
    assertThat(f.matched()).isEqualTo(expected);
    assertThat(NaiveRouter.topic(pattern, key)).as("the naive matcher").isEqualTo(expected);
  }

  @Test
  void aPatternHasAtMostTwoHashWords() {
    Fixture f = new Fixture();
    f.exchange(ExchangeSpec.topic("x"));
    f.exchange(ExchangeSpec.direct("d"));
    f.queue("q");

    assertThat(f.bind("x", "#.a.#.b.#", "q").kind()).isEqualTo(Outcome.Kind.INVALID);
    assertThat(f.bind("x", "#.a#.#.#b", "q").kind()).isEqualTo(Outcome.Kind.APPLIED);
    assertThat(f.bind("d", "#.a.#.b.#", "q").kind()).isEqualTo(Outcome.Kind.APPLIED);
  }

  @Test
  void longKeysAgainstManyHashPatternsDoNotBlowUp() {
    Fixture f = new Fixture();
    f.exchange(ExchangeSpec.topic("x"));
    f.queue("q");
    for (String a : List.of("a", "*", "a.a", "a.*", "*.a")) {
      for (String b : List.of("a", "*", "a.a", "a.*", "b")) {
        for (String c : List.of("a", "*", "b", "a.b")) {
          f.bind("x", a + ".#." + b + ".#." + c, "q").orThrow();
          f.bind("x", "#." + a + "." + b + ".#." + c, "q").orThrow();
        }
      }
    }
    String key = "a.".repeat(127);
    assertThat(f.route("x", key)).containsExactly("q");
    org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          for (int i = 0; i < 200; i++) {
            f.route("x", key + i);
          }
        });
  }

  @Test
  void answersStayRightWhileTheCacheFillsStepsAsideAndReturns() {
    Fixture f = new Fixture();
    f.exchange(ExchangeSpec.topic("x"));
    for (int i = 0; i < 50; i++) {
      f.queue("q" + i);
      f.bind("x", "*.k" + i, "q" + i).orThrow();
    }
    RouteResult result = new RouteResult();
    ExchangeNode x = f.state.exchange("x");
    for (int i = 0; i < 1_300_000; i++) {
      boolean hot = i > 60_000;
      int k = i % 50;
      x.route(hot ? "hot.k" + k : i + ".k" + k, dev.mq.api.Headers.empty(), result);
      if (result.count() != 1 || !result.queue(0).name().equals("q" + k)) {
        throw new AssertionError("route " + i + " reached " + result.count());
      }
    }
  }

  @Test
  void aCachedAnswerEndsWithTheNextBindOrUnbind() {
    Fixture f = new Fixture();
    f.exchange(ExchangeSpec.topic("x"));
    f.queue("q");
    f.queue("r");
    f.bind("x", "a.*", "q");
    assertThat(f.route("x", "a.b")).containsExactly("q");
    assertThat(f.route("x", "a.b")).containsExactly("q");
    f.bind("x", "*.b", "r");
    assertThat(f.route("x", "a.b")).containsExactly("q", "r");
    f.unbind(Binding.toQueue("x", "a.*", "q"));
    assertThat(f.route("x", "a.b")).containsExactly("r");
  }

  @Test
  void bindingsComeAndGoInAnyOrderAndLeaveNothingBehind() {
    long seed = System.nanoTime();
    System.err.println("TopicRouteTest seed " + seed);
    Random random = new Random(seed);
    Fixture f = new Fixture();
    f.exchange(ExchangeSpec.topic("x"));
    f.queue("q");
    Set<Binding> bound = new HashSet<>();
    for (int i = 0; i < 60_000; i++) {
      // The share of removals swings, so that tables grow and shrink.
      boolean add = random.nextInt(100) < (i / 10_000 % 2 == 0 ? 80 : 25);
      int n = random.nextInt(3000);
      String key = n % 3 == 0 ? "w" + n + ".*" : n % 3 == 1 ? "#.w" + n + ".#" : "*.w" + n;
      Binding b = Binding.toQueue("x", key, "q");
      boolean changed = (add ? f.bind(b) : f.unbind(b)).kind() == Outcome.Kind.APPLIED;
      assertThat(changed)
          .as("seed %d at %d", seed, i)
          .isEqualTo(add ? bound.add(b) : bound.remove(b));
      if (i % 50 == 0) {
        String probe = "w" + random.nextInt(3000) + ".w" + random.nextInt(3000);
        boolean expected = bound.stream().anyMatch(p -> NaiveRouter.topic(p.key(), probe));
        assertThat(!f.route("x", probe).isEmpty()).as("seed %d at %d", seed, i).isEqualTo(expected);
      }
    }
    List.copyOf(bound).forEach(f::unbind);
    assertThat(f.route("x", "w1.w2")).isEmpty();
    assertThat(f.state.bindings()).isEmpty();
  }
}
