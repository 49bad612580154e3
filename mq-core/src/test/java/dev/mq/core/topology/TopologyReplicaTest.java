package dev.mq.core.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.core.routing.TopologyCommand;
import dev.mq.spi.TopologyLog;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class TopologyReplicaTest {
  private final HeldLog log = new HeldLog();
  private final TopologyReplica replica = new TopologyReplica(log, queue -> {});

  /** A log that keeps back answers about its end, after the first one. */
  private static final class HeldLog implements TopologyLog {
    final LinkedBlockingQueue<EndCallback> asked = new LinkedBlockingQueue<>();
    volatile Runnable onAppend = () -> {};
    private boolean started;

    @Override
    public long append(byte[] command) {
      onAppend.run();
      return 0;
    }

    @Override
    public void readEnd(EndCallback callback) {
      if (started) {
        asked.add(callback);
      } else {
        started = true;
        callback.end(0);
      }
    }

    @Override
    public Subscription follow(Follower follower) {
      return () -> {};
    }

    @Override
    public void trim(long below) {
      // Nothing is kept.
    }
  }

  private static ErrorCode codeOf(CompletableFuture<?> call) throws Exception {
    try {
      call.get(5, TimeUnit.SECONDS);
      throw new AssertionError("completed normally");
    } catch (ExecutionException e) {
      return MqException.of(e).code();
    }
  }

  @Test
  void closeFailsThoseForWhomTheEndIsBeingRead() throws Exception {
    CompletableFuture<Void> refreshed = CompletableFuture.runAsync(replica::refresh);
    TopologyLog.EndCallback read = log.asked.poll(10, TimeUnit.SECONDS);
    replica.close();
    // It is not the answer that ends the wait: that may never come.
    assertThat(codeOf(refreshed)).isEqualTo(ErrorCode.CLOSED);
    read.end(7);
  }

  @Test
  void closeFailsThoseForWhomTheEndIsNotReadYet() {
    List<Throwable> told = new ArrayList<>();
    replica.whenCurrent(failure -> {});
    replica.whenCurrent(told::add); // waits for the read after the open one
    replica.close();
    assertThat(told).hasSize(1);
    assertThat(MqException.of(told.get(0)).code()).isEqualTo(ErrorCode.CLOSED);
    assertThat(log.asked).hasSize(1);
    log.asked.remove().end(0);
    assertThat(told).hasSize(1);
    assertThat(log.asked).isEmpty();
  }

  @Test
  void aCommandUnderWayFailsWhenTheReplicaCloses() {
    log.onAppend = replica::close;
    TopologyCommand command = new TopologyCommand.DeleteQueue(UUID.randomUUID(), "q", "i");
    assertThatThrownBy(() -> replica.execute(command))
        .isInstanceOfSatisfying(
            MqException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CLOSED));
  }
}
