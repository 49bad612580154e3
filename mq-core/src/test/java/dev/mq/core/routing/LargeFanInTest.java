package dev.mq.core.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.Binding;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.Headers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LargeFanInTest {
  private static final int QUEUES = 100_000;

  @Test
  void aHundredThousandQueuesOnOnePatternComeAndGoAndAreReachedOnceEach() {
    Fixture f = new Fixture();
    f.exchange(ExchangeSpec.topic("x"));
    List<Binding> bindings = new ArrayList<>();
    for (int i = 0; i < QUEUES; i++) {
      f.queue("q" + i);
      Binding b = Binding.toQueue("x", "a.#", "q" + i);
      f.bind(b).orThrow();
      bindings.add(b);
    }
    RouteResult result = new RouteResult();
    ExchangeNode x = f.state.exchange("x");
    x.route("a.b", Headers.empty(), result);
    assertThat(result.count()).isEqualTo(QUEUES);

    long seed = System.nanoTime();
    System.err.println("LargeFanInTest seed " + seed);
    Collections.shuffle(bindings, new Random(seed));
    bindings.subList(0, 3 * QUEUES / 4).forEach(f::unbind);
    x.route("a.b", Headers.empty(), result);
    assertThat(result.count()).isEqualTo(QUEUES / 4);
    bindings.subList(0, QUEUES / 2).forEach(b -> f.bind(b).orThrow());
    x.route("a.b", Headers.empty(), result);
    assertThat(result.count()).isEqualTo(3 * QUEUES / 4);
    bindings.forEach(f::unbind);
    x.route("a.b", Headers.empty(), result);
    assertThat(result.count()).isZero();
  }
}
