package dev.mq.core.dispatch;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.mq.api.Consumer;
import dev.mq.api.Delivery;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AllocationTest {
  private static final int WARM = 300_000;
  private static final int MEASURED = 300_000;

  /** One delivery object, nothing else that grows with the number of messages. */
  @Test
  void aSerialHandlerCostsOneObjectPerMessage() throws Exception {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    CompletableFuture<Double> result = new CompletableFuture<>();
    try (FakeBroker broker = FakeBroker.withRealTime()) {
      broker.queue("q");
      broker.endless = true;
      int[] n = new int[1];
      long[] start = new long[1];
      Consumer c =
          broker
              .consumer("q")
              .start(
                  (Delivery d) -> {
                    int i = ++n[0];
                    if (i == WARM) {
                      start[0] = threads.getCurrentThreadAllocatedBytes();
                    } else if (i == WARM + MEASURED) {
                      long bytes = threads.getCurrentThreadAllocatedBytes() - start[0];
                      result.complete(bytes / (double) MEASURED);
                    }
                  });
      double bytes = result.get(50, TimeUnit.SECONDS);
      c.close(ofSeconds(5));
      assertThat(bytes).isLessThan(136);
    }
  }
}
