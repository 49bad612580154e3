package dev.mq.core.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.Binding;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.Headers;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class HeadersRouteTest {
  private final Fixture f = new Fixture();

  @BeforeEach
  void declare() {
    f.exchange(ExchangeSpec.headers("h"));
    f.queue("q");
  }

  private void assertMatch(Headers.Builder arguments, Headers.Builder message, boolean expected) {
    Binding b = Binding.toQueue("h", arguments.build(), "q");
    f.bind(b).orThrow();
    Set<String> reached = f.route("h", "ignored", message.build());
    f.unbind(b).orThrow();
    assertThat(reached).isEqualTo(expected ? Set.of("q") : Set.of());
    assertThat(f.route("h", "ignored", message.build())).as("after unbind").isEmpty();
    assertThat(NaiveRouter.headers(arguments.build(), message.build()))
        .as("the naive matcher")
        .isEqualTo(expected);
  }

  private static Headers.Builder h() {
    return Headers.builder();
  }

  @Nested
  class Modes {
    @Test
    void allIsTheDefaultAndNeedsEveryArgument() {
      assertMatch(h().put("a", 1).put("b", 2), h().put("b", 2).put("a", 1).put("c", 3), true);
      assertMatch(h().put("a", 1).put("b", 2), h().put("a", 1), false);
      assertMatch(h().put("x-match", "all").put("a", 1).put("b", 2), h().put("b", 2), false);
    }

    @Test
    void anyNeedsOneArgument() {
      assertMatch(h().put("x-match", "any").put("a", 1).put("b", 2), h().put("b", 2), true);
      assertMatch(h().put("x-match", "any").put("a", 1).put("b", 2), h().put("b", 3), false);
    }

    @Test
    void argumentsThatStartWithXAreIgnoredUnlessTheModeSaysOtherwise() {
      assertMatch(h().put("x-a", 1).put("b", 2), h().put("b", 2), true);
      assertMatch(
          h().put("x-match", "all-with-x").put("x-a", 1).put("b", 2), h().put("b", 2), false);
      assertMatch(h().put("x-match", "any").put("x-a", 1), h().put("x-a", 1), false);
      assertMatch(h().put("x-match", "any-with-x").put("x-a", 1), h().put("x-a", 1), true);
    }

    @Test
    void withoutArgumentsAllMatchesEverythingAndAnyNothing() {
      assertMatch(h(), h(), true);
      assertMatch(h(), h().put("a", 1), true);
      assertMatch(h().put("x-a", 1), h(), true);
      assertMatch(h().put("x-match", "all-with-x"), h(), true);
      assertMatch(h().put("x-match", "any"), h().put("a", 1), false);
      assertMatch(h().put("x-match", "any-with-x"), h().put("x-match", "any-with-x"), false);
    }

    @Test
    void otherModesAreRefused() {
      for (Headers bad :
          new Headers[] {
            h().put("x-match", "some").build(),
            h().put("x-match", "ALL").build(),
            h().put("x-match", 1).build(),
            h().putNull("x-match").build(),
            h().put("x-match", new byte[] {'a', 'n', 'y'}).build()
          }) {
        assertThat(f.bind(Binding.toQueue("h", bad, "q")).kind()).isEqualTo(Outcome.Kind.INVALID);
      }
      assertThat(f.state.bindings()).isEmpty();
    }
  }

  @Nested
  class Values {
    @Test
    void valuesAreEqualWhateverTheTypeOfANumberOrText() {
      assertMatch(h().put("a", 5), h().put("a", 5L), true);
      assertMatch(h().put("a", 5), h().put("a", 5.0), true);
      assertMatch(h().put("a", 5.0), h().put("a", 5), true);
      assertMatch(h().put("a", 5), h().put("a", 5.5), false);
      assertMatch(h().put("a", (1L << 53) + 1), h().put("a", 0x1p53), false);
      assertMatch(h().put("a", Long.MAX_VALUE), h().put("a", 0x1p63), false);
      assertMatch(h().put("a", 5), h().put("a", "5"), false);
      assertMatch(h().put("a", "5"), h().put("a", new byte[] {'5'}), true);
      assertMatch(h().put("a", new byte[] {'5'}), h().put("a", "5"), true);
      assertMatch(h().put("a", "\uFFFD"), h().put("a", new byte[] {-1}), false);
      assertMatch(h().put("a", true), h().put("a", "true"), false);
      assertMatch(h().put("a", true), h().put("a", true), true);
      assertMatch(h().put("a", 2.5), h().put("a", 2.5), true);
      assertMatch(h().put("a", 0.0), h().put("a", -0.0), true);
      assertMatch(h().put("a", ""), h().putNull("a"), false);
    }

    @Test
    void bytesCompareByContent() {
      assertMatch(h().put("a", new byte[] {1, 2}), h().put("a", new byte[] {1, 2}), true);
      assertMatch(h().put("a", new byte[] {1, 2}), h().put("a", new byte[] {1, 3}), false);
      assertMatch(
          h().put("a", 1).put("b", new byte[] {1}), h().put("a", 1).put("b", new byte[] {1}), true);
      assertMatch(h().put("a", new byte[0]), h().put("a", new byte[0]), true);
    }

    @Test
    void aNullArgumentAsksForPresenceOnly() {
      assertMatch(h().putNull("a"), h().put("a", "anything"), true);
      assertMatch(h().putNull("a"), h().putNull("a"), true);
      assertMatch(h().putNull("a"), h().put("b", 1), false);
      assertMatch(h().putNull("a").put("b", 1), h().put("b", 1), false);
      assertMatch(h().put("x-match", "any").putNull("a").put("b", 1), h().putNull("a"), true);
    }

    @Test
    void namesAreCaseSensitive() {
      assertMatch(h().put("a", 1), h().put("A", 1), false);
    }
  }

  @Test
  void aQueueThatMatchesByEveryArgumentOfAnyGetsOneCopy() {
    f.bind(Binding.toQueue("h", h().put("x-match", "any").put("a", 1).put("b", 2).build(), "q"));
    assertThat(f.route("h", "", h().put("a", 1).put("b", 2).build())).containsExactly("q");
  }

  @Test
  void manyBindingsThatShareAPredicateAreToldApartByTheOthers() {
    for (int i = 0; i < 500; i++) {
      f.queue("q" + i);
      f.bind(Binding.toQueue("h", h().put("type", "t").put("n", i).build(), "q" + i)).orThrow();
    }
    for (int i = 0; i < 500; i += 7) {
      assertThat(f.route("h", "", h().put("n", i).put("type", "t").build()))
          .containsExactly("q" + i);
    }
    assertThat(f.route("h", "", h().put("type", "t").build())).isEmpty();
  }
}
