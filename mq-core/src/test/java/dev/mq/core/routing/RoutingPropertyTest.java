package dev.mq.core.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.Binding;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.Headers;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class RoutingPropertyTest {
  private static final int TOPOLOGIES = 12_000;

  /** What the rules say the commands make, kept without any table. */
  private static final class Model {
    final Map<String, ExchangeSpec> exchanges = new HashMap<>();
    final Map<String, TopologySnapshot.QueueEntry> queues = new HashMap<>();
    final Set<Binding> bindings = new HashSet<>();

    Outcome.Kind apply(TopologyCommand command) {
      if (command instanceof TopologyCommand.DeclareExchange c) {
        ExchangeSpec known = exchanges.putIfAbsent(c.spec().name(), c.spec());
        return declared(known, known != null && known.equals(c.spec()));
      } else if (command instanceof TopologyCommand.DeleteExchange c) {
        bindings.removeIf(
            b ->
                b.exchange().equals(c.name())
                    || b.kind() == Binding.Kind.EXCHANGE && b.destination().equals(c.name()));
        return changed(exchanges.remove(c.name()) != null);
      } else if (command instanceof TopologyCommand.DeclareQueue c) {
        TopologySnapshot.QueueEntry entry =
            new TopologySnapshot.QueueEntry(c.spec(), c.incarnation(), c.ownerId());
        TopologySnapshot.QueueEntry known = queues.putIfAbsent(c.spec().name(), entry);
        return declared(known, known != null && known.spec().equals(c.spec()));
      } else if (command instanceof TopologyCommand.DeleteQueue c) {
        TopologySnapshot.QueueEntry known = queues.get(c.name());
        if (known == null || !known.incarnation().equals(c.incarnation())) {
          return Outcome.Kind.NOTHING_TO_DO;
        }
        bindings.removeIf(
            b -> b.kind() == Binding.Kind.QUEUE && b.destination().equals(c.name()));
        queues.remove(c.name());
        return Outcome.Kind.APPLIED;
      } else if (command instanceof TopologyCommand.Bind c) {
        return bind(c.binding());
      }
      return changed(bindings.remove(((TopologyCommand.Unbind) command).binding()));
    }

    private Outcome.Kind bind(Binding b) {
      ExchangeSpec source = exchanges.get(b.exchange());
      Map<String, ?> targets = b.kind() == Binding.Kind.QUEUE ? queues : exchanges;
      if (source == null || !targets.containsKey(b.destination())) {
        return Outcome.Kind.NOT_FOUND;
      }
      boolean allowed =
          switch (source.type()) {
            case DIRECT, FANOUT -> true;
            case TOPIC ->
                NaiveRouter.words(b.key()).stream().filter("#"::equals).count() <= 2;
            case HEADERS ->
                !b.arguments().contains("x-match")
                    || Set.of("all", "any", "all-with-x", "any-with-x")
                        .contains(String.valueOf(b.arguments().text("x-match")));
          };
      return allowed ? changed(bindings.add(b)) : Outcome.Kind.INVALID;
    }

    private static Outcome.Kind declared(Object known, boolean equal) {
      return known == null
          ? Outcome.Kind.APPLIED
          : equal ? Outcome.Kind.NOTHING_TO_DO : Outcome.Kind.CONFLICT;
    }

    private static Outcome.Kind changed(boolean changed) {
      return changed ? Outcome.Kind.APPLIED : Outcome.Kind.NOTHING_TO_DO;
    }
  }

  @Test
  void everyRandomTopologyRoutesAsTheRulesSay() {
    long base = System.nanoTime();
    System.err.println("RoutingPropertyTest seeds " + base + " to " + (base + TOPOLOGIES - 1));
    RouteResult result = new RouteResult();
    long routed = 0;
    for (long seed = base; seed < base + TOPOLOGIES; seed++) {
      routed += check(seed, result);
    }
    assertThat(routed).as("queues reached in all").isGreaterThan(TOPOLOGIES);
  }

  private static long check(long seed, RouteResult result) {
    RandomTopology random = new RandomTopology(seed);
    TopologyState state = new TopologyState();
    Model model = new Model();
    NaiveRouter naive = new NaiveRouter(model.exchanges, model.queues.keySet(), model.bindings);
    int commands = 20 + random.random.nextInt(60);
    long routed = 0;
    for (int i = 0; i < commands; i++) {
      TopologyCommand c = random.command();
      Outcome outcome = state.apply(i, c);
      assertThat(outcome.kind()).as("seed %d, command %d %s", seed, i, c).isEqualTo(model.apply(c));
      if (i % 20 == 19) {
        for (int m = 0; m < 6; m++) {
          routed += compare(seed, random, state, naive, result);
        }
      }
    }
    assertThat(new HashSet<>(state.bindings())).as("seed %d", seed).isEqualTo(model.bindings);
    assertThat(new HashSet<>(state.queues()))
        .as("seed %d", seed)
        .isEqualTo(new HashSet<>(model.queues.values()));
    return routed;
  }

  private static int compare(
      long seed,
      RandomTopology random,
      TopologyState state,
      NaiveRouter naive,
      RouteResult result) {
    String exchange = random.random.nextInt(10) == 0 ? "" : random.exchangeName();
    String key = exchange.isEmpty() ? random.queueName() : random.key();
    Headers headers = random.headers();
    ExchangeNode node = state.exchange(exchange);
    if (node == null) {
      return 0;
    }
    Set<String> expected = naive.route(exchange, key, headers);
    for (int i = 0; i < 2; i++) {
      node.route(key, headers, result);
      Set<String> actual = new TreeSet<>();
      for (int q = 0; q < result.count(); q++) {
        assertThat(actual.add(result.queue(q).name())).as("seed %d, twice", seed).isTrue();
      }
      assertThat(actual)
          .as("seed %d, exchange %s, key '%s', bindings %s", seed, node, key, state.bindings())
          .isEqualTo(expected);
    }
    assertThat(node.explain(key, headers).keySet()).as("seed %d", seed).isEqualTo(expected);
    return expected.size();
  }
}
