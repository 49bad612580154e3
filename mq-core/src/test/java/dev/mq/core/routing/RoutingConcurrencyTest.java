package dev.mq.core.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.Binding;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.ExchangeType;
import dev.mq.api.Headers;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RoutingConcurrencyTest {
  private static final int CHANGES = 40_000;
  private static final int READERS = 3;

  interface Check {
    void run(RouteResult result, Random random);
  }

  /**
   * Runs a writer to its end and readers, which begin before it, as long as it runs; fails with the
   * first error of any.
   */
  static void race(Runnable writer, Check reader) throws Exception {
    long seed = System.nanoTime();
    System.err.println("RoutingConcurrencyTest seed " + seed);
    AtomicBoolean done = new AtomicBoolean();
    CountDownLatch reading = new CountDownLatch(READERS);
    ExecutorService threads = Executors.newFixedThreadPool(READERS);
    try {
      List<Future<Long>> readers = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        Random random = new Random(seed + i);
        Callable<Long> loop =
            () -> {
              RouteResult result = new RouteResult();
              try {
                reader.run(result, random);
              } finally {
                reading.countDown();
              }
              long n = 1;
              while (!done.get()) {
                reader.run(result, random);
                n++;
              }
              return n;
            };
        readers.add(threads.submit(loop));
      }
      try {
        reading.await();
        writer.run();
      } finally {
        done.set(true);
      }
      for (Future<Long> f : readers) {
        assertThat(f.get()).isPositive();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  static boolean reaches(RouteResult result, String queue) {
    for (int i = 0; i < result.count(); i++) {
      if (result.queue(i).name().equals(queue)) {
        return true;
      }
    }
    return false;
  }

  private static Binding binding(ExchangeType type, int n, String queue) {
    return switch (type) {
      case DIRECT -> Binding.toQueue("x", "k" + n, queue);
      case FANOUT -> Binding.toQueue("x", "n" + n, queue);
      case TOPIC ->
          Binding.toQueue(
              "x", List.of("k" + n + ".#", "*.k" + n, "#.k" + n, "k" + n).get(n % 4), queue);
      case HEADERS ->
          Binding.toQueue(
              "x",
              Headers.builder()
                  .put("x-match", n % 2 == 0 ? "all" : "any")
                  .put("n", n)
                  .put("t", "t")
                  .build(),
              queue);
    };
  }

  private static String key(ExchangeType type, int n) {
    return type != ExchangeType.TOPIC || n % 4 == 0 || n % 4 == 3 ? "k" + n : "w.k" + n;
  }

  @ParameterizedTest
  @EnumSource(ExchangeType.class)
  void aQueueBoundBeforeAndAfterIsAlwaysFound(ExchangeType type) throws Exception {
    Fixture f = new Fixture();
    f.exchange(ExchangeSpec.builder("x", type).build());
    for (int i = 0; i < 8; i++) {
      f.queue("stays" + i);
      f.queue("comes" + i);
    }
    for (int n = 0; n < 64; n++) {
      f.bind(binding(type, n, "stays" + n % 8)).orThrow();
    }
    ExchangeNode x = f.state.exchange("x");
    race(
        () -> {
          Random random = new Random(1);
          for (int i = 0; i < CHANGES; i++) {
            int n = random.nextInt(400);
            Binding b = binding(type, n, "comes" + random.nextInt(8));
            if (random.nextBoolean()) {
              f.bind(b).orThrow();
            } else {
              f.unbind(b).orThrow();
            }
          }
        },
        (result, random) -> {
          int n = random.nextInt(64);
          x.route(key(type, n), Headers.builder().put("n", n).put("t", "t").build(), result);
          if (!reaches(result, "stays" + n % 8)) {
            throw new AssertionError("a bound queue was not found");
          }
        });
  }

  @ParameterizedTest
  @EnumSource(ExchangeType.class)
  void aQueueThatIsBoundAnewBeforeItsOldBindingEndsIsAlwaysFound(ExchangeType type)
      throws Exception {
    Fixture f = new Fixture();
    f.exchange(ExchangeSpec.builder("x", type).alternate("alt").build());
    f.exchange(ExchangeSpec.fanout("alt"));
    f.exchange(ExchangeSpec.fanout("via"));
    f.queue("q");
    f.queue("rest");
    f.bind("alt", "", "rest").orThrow();
    f.bind("via", "", "q").orThrow();
    List<Binding> ways =
        switch (type) {
          case DIRECT, FANOUT ->
              List.of(Binding.toQueue("x", "a.b", "q"), Binding.toExchange("x", "a.b", "via"));
          case TOPIC ->
              List.of(
                  Binding.toQueue("x", "a.b", "q"),
                  Binding.toQueue("x", "*.b", "q"),
                  Binding.toExchange("x", "#.b.#", "via"),
                  Binding.toQueue("x", "a.#", "q"));
          case HEADERS ->
              List.of(
                  Binding.toQueue("x", Headers.builder().put("a", 1).build(), "q"),
                  Binding.toExchange("x", Headers.builder().put("b", 2).build(), "via"),
                  Binding.toQueue("x", Headers.builder().putNull("c").build(), "q"));
        };
    f.bind(ways.get(0)).orThrow();
    ExchangeNode x = f.state.exchange("x");
    Headers headers = Headers.builder().put("c", 3).put("b", 2).put("a", 1).build();
    race(
        () -> {
          for (int i = 0; i < CHANGES; i++) {
            f.bind(ways.get((i + 1) % ways.size())).orThrow();
            f.unbind(ways.get(i % ways.size())).orThrow();
          }
        },
        (result, random) -> {
          x.route("a.b", headers, result);
          if (result.count() != 1 || !reaches(result, "q")) {
            throw new AssertionError("the queue was lost, or the alternate was taken");
          }
        });
  }

  @Test
  void aChangeThatReturnedIsSeenByTheNextRoute() throws Exception {
    Fixture f = new Fixture();
    f.exchange(ExchangeSpec.topic("x"));
    f.queue("q");
    int slots = 32;
    AtomicIntegerArray bound = new AtomicIntegerArray(slots);
    ExchangeNode x = f.state.exchange("x");
    // Even: certainly unbound; odd: certainly bound; a change in between makes the check void.
    race(
        () -> {
          for (int i = 0; i < CHANGES; i++) {
            int n = i % slots;
            Binding b = Binding.toQueue("x", "*.k" + n, "q");
            boolean on = i / slots % 2 == 0;
            bound.set(n, -1 - i);
            (on ? f.bind(b) : f.unbind(b)).orThrow();
            bound.set(n, 2 * i + (on ? 1 : 0));
          }
        },
        (result, random) -> {
          int n = random.nextInt(slots);
          int before = bound.get(n);
          x.route("w.k" + n, Headers.empty(), result);
          if (before > 0 && bound.get(n) == before && result.count() != (before & 1)) {
            throw new AssertionError("confirmed " + before + " but reached " + result.count());
          }
        });
  }

  @Test
  void queuesAndExchangesComeAndGoUnderReaders() throws Exception {
    Fixture f = new Fixture();
    f.exchange(ExchangeSpec.topic("x"));
    f.queue("stays");
    f.bind("x", "#", "stays").orThrow();
    race(
        () -> {
          for (int i = 0; i < CHANGES / 8; i++) {
            f.exchange(ExchangeSpec.topic("y" + i % 3)).orThrow();
            for (int n = 0; n < 3; n++) {
              f.queue("q" + n);
              f.bind("y" + i % 3, "#.a.#", "q" + n).orThrow();
              f.bind("x", "*.a", "q" + n).orThrow();
            }
            f.bind(Binding.toExchange("x", "a.#", "y" + i % 3)).orThrow();
            f.bind(Binding.toExchange("y" + i % 3, "#", "x")).orThrow();
            f.deleteQueue("q" + i % 3, "1").orThrow();
            f.deleteExchange("y" + i % 3).orThrow();
          }
        },
        (result, random) -> {
          f.state.exchange("x").route(random.nextBoolean() ? "a.a" : "b", Headers.empty(), result);
          int stays = 0;
          for (int i = 0; i < result.count(); i++) {
            stays += result.queue(i).name().equals("stays") ? 1 : 0;
          }
          if (stays != 1) {
            throw new AssertionError("reached " + stays + " times");
          }
        });
  }
}
