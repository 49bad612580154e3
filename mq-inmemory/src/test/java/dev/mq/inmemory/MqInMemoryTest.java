package dev.mq.inmemory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.MqException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(MqInMemory.class)
class MqInMemoryTest {
  private static final List<InMemoryEngine> SEEN = new ArrayList<>();

  @BeforeEach
  void remember(InMemoryEngine engine) {
    SEEN.add(engine);
  }

  @Test
  void oneTestHasOneEngine(InMemoryEngine engine, InMemoryEngine again) {
    assertThat(engine).isSameAs(again).isSameAs(SEEN.get(SEEN.size() - 1));
    Client.of(engine).queue("q");
  }

  @Test
  void anotherTestHasAnother(InMemoryEngine engine) {
    assertThatThrownBy(() -> engine.queue("q")).isInstanceOf(MqException.class);
    Client.of(engine).queue("q");
  }

  @AfterAll
  static void theyAreClosedAfterTheirTest() {
    assertThat(SEEN).hasSize(2).doesNotHaveDuplicates();
    assertThat(SEEN)
        .allSatisfy(e -> assertThatThrownBy(() -> Client.of(e)).isInstanceOf(MqException.class));
  }
}
