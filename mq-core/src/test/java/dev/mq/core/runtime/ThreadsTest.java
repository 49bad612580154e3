package dev.mq.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ThreadsTest {
  private final Threads threads = new Threads("b", null);

  @Test
  void completionsRunOnMarkedThreadsOfTheLibrary() {
    CompletableFuture<String> ran = new CompletableFuture<>();
    threads
        .completions()
        .execute(
            () -> ran.complete(Thread.currentThread().getName() + " " + WouldBlock.isCompletion()));
    assertThat(ran.join()).isEqualTo("mq-b-completion-1 true");
    threads.shutdown();
  }

  @Test
  void noCompletionIsLostWhenTheThreadsAreGone() {
    threads.shutdown();
    List<Boolean> ran = new ArrayList<>();
    threads.completions().execute(() -> ran.add(WouldBlock.isCompletion()));
    SerialExecutor serial = new SerialExecutor(threads.completions());
    serial.execute(() -> ran.add(WouldBlock.isCompletion()));
    serial.execute(() -> ran.add(WouldBlock.isCompletion()));
    assertThat(ran).containsExactly(true, true, true);
    assertThat(WouldBlock.isCompletion()).isFalse();
  }
}
