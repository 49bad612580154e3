package dev.mq.rabbit.internal.stream;

import com.rabbitmq.stream.Environment;
import dev.mq.api.Capabilities;
import dev.mq.api.Capability;
import dev.mq.rabbit.internal.StreamSide;
import dev.mq.rabbit.internal.connect.Connections;
import dev.mq.rabbit.internal.publish.StreamAppender;
import dev.mq.spi.LogDriver;
import java.time.Duration;
import java.util.Optional;

/** Logs over the stream protocol. Thread-safe. */
public final class RabbitStreams implements StreamSide {
  private final Connections connections;
  private final StreamClient client;
  private final StreamLogs logs;

  /** Creates the stream side of a session; connects when it is first used. */
  public RabbitStreams(Connections connections) {
    this.connections = connections;
    this.client = new StreamClient(connections);
    this.logs = new StreamLogs(connections, client);
  }

  @Override
  public Optional<LogDriver> logs() {
    return Optional.of(logs);
  }

  @Override
  public void declare(Capabilities.Builder capabilities) {
    capabilities.with(
        Capability.LOGS,
        Capability.TIMESTAMP_SEEK,
        Capability.LOG_LAG,
        Capability.LOG_RETENTION,
        Capability.ADD_PARTITIONS);
  }

  @Override
  public StreamAppender openAppender() {
    return new LogAppender(connections, client);
  }

  @Override
  public String healthProblem() {
    return "";
  }

  @Override
  public <T> Optional<T> unwrap(Class<T> type) {
    return type == Environment.class ? Optional.of(type.cast(client.get())) : Optional.empty();
  }

  @Override
  public void close(Duration timeout) {
    connections.atOnce(timeout, client::close, logs::close);
    client.end();
  }
}
