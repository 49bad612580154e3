package dev.mq.kafka.internal;

import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.kafka.internal.client.KafkaClients;
import dev.mq.kafka.internal.client.KafkaErrors;
import dev.mq.spi.ErrorClass;
import dev.mq.spi.TimeSource.Timer;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.common.Node;
import org.jspecify.annotations.Nullable;

/**
 * Asks the cluster once a second whether it is there: the clients go on by themselves when a broker
 * is lost and do not tell. Blocks no thread. Thread-safe.
 */
final class ConnectionMonitor {
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final int ANSWER_MILLIS = 3000;

  private final KafkaClients clients;
  private final AtomicBoolean lost = new AtomicBoolean();
  private volatile String problem = "";
  private volatile boolean closed;
  private volatile @Nullable Timer timer;

  ConnectionMonitor(KafkaClients clients) {
    this.clients = clients;
  }

  void start() {
    if (!closed) {
      timer = clients.time().schedule(INTERVAL, this::ask);
    }
  }

  private void ask() {
    try {
      var unused =
          clients
              .admin()
              .describeCluster(new DescribeClusterOptions().timeoutMs(ANSWER_MILLIS))
              .nodes()
              .whenComplete(this::answered);
    } catch (IllegalStateException e) {
      // The admin client is closed.
    }
  }

  private void answered(@Nullable Collection<Node> nodes, @Nullable Throwable error) {
    if (closed) {
      return;
    }
    if (error == null && nodes != null && !nodes.isEmpty()) {
      problem = "";
      if (lost.compareAndSet(true, false)) {
        clients.context().connectionRecovered("kafka");
      }
    } else {
      problem = "the cluster does not answer: " + error;
      if (lost.compareAndSet(false, true)) {
        clients.context().connectionLost("kafka", wrapped(error));
      }
    }
    start();
  }

  private static MqException wrapped(@Nullable Throwable error) {
    ErrorClass c = error == null ? ErrorClass.unavailable() : KafkaErrors.classify(error);
    ErrorCode code =
        c.code() == ErrorCode.AUTHENTICATION ? ErrorCode.AUTHENTICATION : ErrorCode.UNAVAILABLE;
    return new MqException(code, true, true, "the cluster does not answer: " + error, error);
  }

  /** Returns why messages cannot flow, else an empty text. */
  String problem() {
    return problem;
  }

  void close() {
    closed = true;
    Timer t = timer;
    if (t != null) {
      t.cancel();
    }
  }
}
