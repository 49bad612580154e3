package dev.mq.core.produce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.Message;
import dev.mq.api.Producer;
import dev.mq.api.Receipt;
import dev.mq.spi.PublishTarget;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** X-15 where the present view of the topology has to be asked for. */
@Timeout(30)
class FreshViewTest {
  private final ProduceFixture backend = new ProduceFixture();
  private final AskedRoute route = new AskedRoute();
  private final Producer producer = backend.producer(route).open();

  /** A route whose view is what the topology was when it was last asked for and answered. */
  private static final class AskedRoute implements Route {
    final Deque<ViewCallback> asked = new ArrayDeque<>();
    private PublishTarget target = new ProduceFixture.Target("before");

    @Override
    public void route(Message message, RouteSink sink) {
      sink.add(target);
    }

    @Override
    public boolean isCurrent() {
      return false;
    }

    @Override
    public void whenCurrent(ViewCallback callback) {
      asked.add(callback);
    }

    void answer(String view) {
      target = new ProduceFixture.Target(view);
      asked.remove().reached(null);
    }
  }

  @AfterEach
  void close() {
    backend.close();
  }

  private CompletionStage<Receipt> send(String text) {
    return producer.sendAsync(Message.builder().body(text).build());
  }

  private String nextTarget(String text) throws InterruptedException {
    ProduceFixture.Handed h = backend.next();
    assertThat(h.message().text()).isEqualTo(text);
    h.confirm();
    return ((ProduceFixture.Target) h.batch().target(h.index())).name();
  }

  @Test
  void aSendThatJoinsOthersIsRoutedByAViewThatWasAskedForAfterItJoined() throws Exception {
    CompletionStage<Receipt> first = send("a");
    CompletionStage<Receipt> joined = send("b");
    CompletionStage<Receipt> also = send("c");
    assertThat(route.asked).hasSize(1);
    route.answer("before");
    assertThat(nextTarget("a")).isEqualTo("before");
    assertThat(backend.handed).isEmpty();
    assertThat(route.asked).hasSize(1);
    route.answer("bound");
    assertThat(nextTarget("b")).isEqualTo("bound");
    assertThat(nextTarget("c")).isEqualTo("bound");
    assertThat(route.asked).isEmpty();
    for (CompletionStage<Receipt> s : List.of(first, joined, also)) {
      assertThat(s.toCompletableFuture().get(10, TimeUnit.SECONDS)).isNotNull();
    }
  }

  @Test
  void aViewThatCannotBeHadFailsOnlyTheSendsItWasAskedFor() throws Exception {
    CompletableFuture<Receipt> first = send("a").toCompletableFuture();
    CompletableFuture<Receipt> joined = send("b").toCompletableFuture();
    route.asked.remove().reached(new ProduceFixture.Refused());
    assertThatThrownBy(() -> first.get(10, TimeUnit.SECONDS))
        .hasMessageContaining("publish queue:q");
    assertThat(joined).isNotDone();
    route.answer("bound");
    assertThat(nextTarget("b")).isEqualTo("bound");
    assertThat(joined.get(10, TimeUnit.SECONDS)).isNotNull();
  }
}
