package dev.mq.core.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.Binding;
import dev.mq.api.DeclarationConflictException;
import dev.mq.api.ErrorCode;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.ExchangeType;
import dev.mq.api.Headers;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.api.QueueSpec;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class TopologyStateTest {
  private final Fixture f = new Fixture();

  @Nested
  class Declaring {
    @Test
    void anEqualDeclarationChangesNothing() {
      f.exchange(ExchangeSpec.topic("x"));
      f.queue("q");
      ExchangeNode x = f.state.exchange("x");
      QueueNode q = f.state.queue("q");
      q.attach("handle");

      assertThat(f.exchange(ExchangeSpec.topic("x")).kind()).isEqualTo(Outcome.Kind.NOTHING_TO_DO);
      assertThat(f.queue(QueueSpec.of("q"), "2", null).kind())
          .isEqualTo(Outcome.Kind.NOTHING_TO_DO);
      assertThat(f.state.exchange("x")).isSameAs(x);
      assertThat(f.state.queue("q")).isSameAs(q);
      assertThat(q.incarnation()).isEqualTo("1");
      assertThat(q.attachment()).isEqualTo("handle");
    }

    @Test
    void anUnequalDeclarationIsAConflictWithBothTexts() {
      f.exchange(ExchangeSpec.topic("x"));
      f.queue("q");

      Outcome exchange = f.exchange(ExchangeSpec.direct("x"));
      assertThatThrownBy(exchange::orThrow)
          .isInstanceOfSatisfying(
              DeclarationConflictException.class,
              e -> {
                assertThat(e.existing()).contains("TOPIC");
                assertThat(e.requested()).contains("DIRECT");
                assertThat(e.isDefinite()).isTrue();
              });
      Outcome queue = f.queue(QueueSpec.builder("q").durable(false).build(), "2", null);
      assertThat(queue.kind()).isEqualTo(Outcome.Kind.CONFLICT);
      assertThat(queue.existing()).contains("durable=true");
      assertThat(queue.requested()).contains("durable=false");
      assertThat(f.state.queues()).hasSize(1);
      assertThat(f.state.exchange("x").type()).isEqualTo(ExchangeType.TOPIC);
    }

    @Test
    void anExclusiveQueueBelongsToItsOwner() {
      QueueSpec spec = QueueSpec.builder("q").exclusive().build();
      f.queue(spec, "1", "ann");

      assertThat(f.queue(spec, "2", "ann").kind()).isEqualTo(Outcome.Kind.NOTHING_TO_DO);
      Outcome other = f.queue(spec, "2", "bob");
      assertThat(other.kind()).isEqualTo(Outcome.Kind.CONFLICT);
      assertThat(other.existing()).contains("ann");
      assertThat(f.state.queue("q").ownerId()).isEqualTo("ann");
    }
  }

  @Nested
  class BindingThings {
    @Test
    void needsItsSourceAndItsTarget() {
      f.exchange(ExchangeSpec.topic("x"));
      f.queue("q");

      Outcome noSource = f.bind("y", "k", "q");
      Outcome noQueue = f.bind("x", "k", "r");
      Outcome noExchange = f.bind(Binding.toExchange("x", "k", "q"));
      assertThat(noSource.what()).contains("exchange 'y' does not exist");
      assertThat(noQueue.what()).contains("queue 'r' does not exist");
      assertThat(noExchange.what()).contains("exchange 'q' does not exist");
      assertThatThrownBy(noQueue::orThrow).isInstanceOf(NotFoundException.class);
      assertThat(f.state.bindings()).isEmpty();
    }

    @Test
    void aRefusedOneIsInvalid() {
      f.exchange(ExchangeSpec.topic("x"));
      f.queue("q");
      assertThatThrownBy(f.bind("x", "#.a.#.b.#", "q")::orThrow)
          .isInstanceOfSatisfying(
              MqException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
    }

    @Test
    void twiceIsOnceAndOneUnbindEndsIt() {
      f.exchange(ExchangeSpec.direct("x"));
      f.queue("q");
      assertThat(f.bind("x", "k", "q").kind()).isEqualTo(Outcome.Kind.APPLIED);
      assertThat(f.bind("x", "k", "q").kind()).isEqualTo(Outcome.Kind.NOTHING_TO_DO);
      assertThat(f.unbind(Binding.toQueue("x", "k", "q")).kind()).isEqualTo(Outcome.Kind.APPLIED);
      assertThat(f.route("x", "k")).isEmpty();
      assertThat(f.unbind(Binding.toQueue("x", "k", "q")).kind())
          .isEqualTo(Outcome.Kind.NOTHING_TO_DO);
    }

    @Test
    void argumentsArePartOfItsIdentityOnEveryType() {
      Binding one = new Binding("x", Binding.Kind.QUEUE, "q", "k", Headers.builder().put("a", 1).build());
      Binding two = new Binding("x", Binding.Kind.QUEUE, "q", "k", Headers.builder().put("a", 2).build());
      f.exchange(ExchangeSpec.direct("x"));
      f.queue("q");
      f.bind(one);
      f.bind(two);
      assertThat(f.route("x", "k")).containsExactly("q");
      f.unbind(one);
      assertThat(f.route("x", "k")).containsExactly("q");
      f.unbind(two);
      assertThat(f.route("x", "k")).isEmpty();
    }
  }

  @Nested
  class Deleting {
    @Test
    void aQueueTakesItsBindingsWithIt() {
      f.exchange(ExchangeSpec.fanout("x"));
      f.queue("q");
      f.queue("r");
      f.bind("x", "1", "q");
      f.bind("x", "2", "q");
      f.bind("x", "1", "r");
      QueueNode old = f.state.queue("q");

      assertThat(f.deleteQueue("q", "1").kind()).isEqualTo(Outcome.Kind.APPLIED);
      assertThat(old.isDeleted()).isTrue();
      assertThat(f.state.queue("q")).isNull();
      assertThat(f.state.bindings()).containsExactly(Binding.toQueue("x", "1", "r"));
      f.queue(QueueSpec.of("q"), "2", null);
      assertThat(f.route("x", "")).containsExactly("r");
      assertThat(f.state.queue("q")).isNotSameAs(old);
    }

    @Test
    void anotherIncarnationStays() {
      f.queue(QueueSpec.of("q"), "2", null);
      assertThat(f.deleteQueue("q", "1").kind()).isEqualTo(Outcome.Kind.NOTHING_TO_DO);
      assertThat(f.state.queue("q")).isNotNull();
      assertThat(f.deleteQueue("none", "1").kind()).isEqualTo(Outcome.Kind.NOTHING_TO_DO);
    }

    @Test
    void anExchangeTakesTheBindingsFromAndToItWithIt() {
      f.exchange(ExchangeSpec.fanout("x"));
      f.exchange(ExchangeSpec.fanout("y"));
      f.queue("q");
      f.bind(Binding.toExchange("x", "", "y"));
      f.bind(Binding.toExchange("y", "", "x"));
      f.bind(Binding.toExchange("y", "self", "y"));
      f.bind("y", "", "q");
      ExchangeNode y = f.state.exchange("y");

      assertThat(f.deleteExchange("y").kind()).isEqualTo(Outcome.Kind.APPLIED);
      assertThat(f.deleteExchange("y").kind()).isEqualTo(Outcome.Kind.NOTHING_TO_DO);
      assertThat(f.state.bindings()).isEmpty();
      assertThat(f.route("x", "k")).isEmpty();
      assertThat(f.matched()).isFalse();
      RouteResult result = new RouteResult();
      y.route("k", Headers.empty(), result);
      assertThat(result.count()).isZero();
      assertThat(y.isDeleted()).isTrue();
    }
  }

  @Nested
  class Routing {
    @Test
    void everyQueueIsReachedByItsNameThroughTheDefaultExchange() {
      f.queue("q");
      assertThat(f.route("", "q")).containsExactly("q");
      assertThat(f.matched()).isTrue();
      assertThat(f.route("", "r")).isEmpty();
      assertThat(f.matched()).isFalse();
    }

    @Test
    void aQueueIsReachedOnceByManyPathsAndCycles() {
      for (String x : List.of("a", "b", "c")) {
        f.exchange(ExchangeSpec.topic(x));
      }
      f.queue("q");
      for (String from : List.of("a", "b", "c")) {
        for (String to : List.of("a", "b", "c")) {
          f.bind(Binding.toExchange(from, "#", to));
          f.bind(Binding.toExchange(from, "*", to));
        }
        f.bind(from, "k", "q");
        f.bind(from, "#.k", "q");
      }
      assertThat(f.route("a", "k")).containsExactly("q");
    }

    @Test
    void manyQueuesAreReachedOnceEach() {
      f.exchange(ExchangeSpec.fanout("x"));
      for (int i = 0; i < 500; i++) {
        f.queue("q" + i);
        f.bind("x", "1", "q" + i);
        f.bind("x", "2", "q" + i);
      }
      RouteResult result = new RouteResult();
      for (int i = 0; i < 3; i++) {
        f.state.exchange("x").route("", Headers.empty(), result);
        assertThat(result.count()).isEqualTo(500);
      }
      assertThat(f.route("x", "")).hasSize(500);
      assertThatThrownBy(() -> result.queue(500)).isInstanceOf(IndexOutOfBoundsException.class);
      result.clear();
      assertThat(result.count()).isZero();
    }

    @Test
    void theAlternateGetsWhatNothingMatched() {
      f.exchange(ExchangeSpec.builder("x", ExchangeType.DIRECT).alternate("alt").build());
      f.queue("q");
      f.queue("rest");
      f.bind("x", "k", "q");
      assertThat(f.route("x", "other")).as("before the alternate is there").isEmpty();
      f.exchange(ExchangeSpec.fanout("alt"));
      f.bind("alt", "", "rest");
      assertThat(f.route("x", "k")).containsExactly("q");
      assertThat(f.route("x", "other")).containsExactly("rest");
    }

    @Test
    void aMatchThatLeadsToAnExchangeWithoutQueuesKeepsTheAlternateOut() {
      f.exchange(ExchangeSpec.builder("x", ExchangeType.DIRECT).alternate("alt").build());
      f.exchange(ExchangeSpec.fanout("alt"));
      f.exchange(ExchangeSpec.fanout("empty"));
      f.queue("rest");
      f.bind("alt", "", "rest");
      f.bind(Binding.toExchange("x", "k", "empty"));
      assertThat(f.route("x", "k")).isEmpty();
      assertThat(f.matched()).isTrue();
    }

    @Test
    void alternatesInACircleEnd() {
      f.exchange(ExchangeSpec.builder("x", ExchangeType.DIRECT).alternate("y").build());
      f.exchange(ExchangeSpec.builder("y", ExchangeType.TOPIC).alternate("x").build());
      assertThat(f.route("x", "k")).isEmpty();
      assertThat(f.matched()).isFalse();
    }

    @Test
    void explainTellsTheWay() {
      f.exchange(ExchangeSpec.builder("x", ExchangeType.TOPIC).alternate("alt").build());
      f.exchange(ExchangeSpec.fanout("alt"));
      f.exchange(ExchangeSpec.fanout("y"));
      f.queue("q");
      f.bind("x", "a.*", "q");
      f.bind(Binding.toExchange("x", "a.#", "y"));
      f.bind("y", "", "q");
      f.bind("alt", "", "q");
      assertThat(f.state.exchange("x").explain("a.b", Headers.empty()).get("q"))
          .containsExactlyInAnyOrder(
              "binding 'x' -> queue 'q' (key='a.*')",
              "binding 'x' -> exchange 'y' (key='a.#'), then binding 'y' -> queue 'q' (key='')");
      assertThat(f.state.exchange("x").explain("b", Headers.empty()).get("q"))
          .containsExactly(
              "alternate of 'x' -> exchange 'alt', then binding 'alt' -> queue 'q' (key='')");
      assertThat(f.state.exchange("").explain("q", Headers.empty()).get("q"))
          .containsExactly("default exchange");
    }
  }

  @Nested
  class Repeating {
    @Test
    void aCommandAppendedTwiceCountsOnce() {
      f.exchange(ExchangeSpec.direct("x"));
      f.queue("q");
      Binding b = Binding.toQueue("x", "k", "q");
      TopologyCommand bind = new TopologyCommand.Bind(new UUID(1, 1), b);
      assertThat(f.apply(bind).kind()).isEqualTo(Outcome.Kind.APPLIED);
      f.unbind(b);
      assertThat(f.apply(bind).kind()).as("its first outcome").isEqualTo(Outcome.Kind.APPLIED);
      assertThat(f.state.isBound(b)).isFalse();
    }

    @Test
    void aRefusedCommandStaysRefusedWhenItAppearsAgain() {
      f.exchange(ExchangeSpec.direct("x"));
      TopologyCommand bind =
          new TopologyCommand.Bind(new UUID(1, 1), Binding.toQueue("x", "k", "q"));
      assertThat(f.apply(bind).kind()).isEqualTo(Outcome.Kind.NOT_FOUND);
      f.queue("q");
      assertThat(f.apply(bind).kind()).isEqualTo(Outcome.Kind.NOT_FOUND);
      assertThat(f.state.bindings()).isEmpty();
    }

    @Test
    void anOffsetThatWasPassedChangesNothing() {
      f.queue("q");
      TopologyCommand delete = new TopologyCommand.DeleteQueue(new UUID(1, 1), "q", "1");
      assertThat(f.state.apply(0, delete).kind()).isEqualTo(Outcome.Kind.NOTHING_TO_DO);
      assertThat(f.state.queue("q")).isNotNull();
      assertThat(f.state.offset()).isZero();
    }
  }

  @Test
  void listsAreSortedAndCompleteIncludingArguments() {
    f.exchange(ExchangeSpec.headers("b"));
    f.exchange(ExchangeSpec.direct("a"));
    f.queue("q");
    Binding one = Binding.toQueue("b", Headers.builder().put("k", 2).build(), "q");
    Binding two = Binding.toQueue("b", Headers.builder().put("k", 1).build(), "q");
    Binding three = Binding.toQueue("a", "z", "q");
    List.of(one, two, three).forEach(f::bind);
    assertThat(f.state.exchanges()).containsExactly(ExchangeSpec.direct("a"), ExchangeSpec.headers("b"));
    assertThat(f.state.bindings()).containsExactly(three, two, one);
    assertThat(Set.copyOf(f.state.queues())).hasSize(1);
  }
}
