package dev.mq.examples.pipeline.sabotage;

import dev.mq.api.Capabilities;
import dev.mq.spi.BackendSession;
import dev.mq.spi.ErrorClass;
import dev.mq.spi.ExchangeDriver;
import dev.mq.spi.LogDriver;
import dev.mq.spi.PublishChannel;
import dev.mq.spi.QueueDriver;
import dev.mq.spi.TimeSource;
import dev.mq.spi.TopologyLog;
import java.time.Duration;
import java.util.Optional;

/** Passes everything on but what is published. */
record SabotagedSession(BackendSession engine, Sabotage mode) implements BackendSession {
  @Override
  public Capabilities capabilities() {
    return engine.capabilities();
  }

  @Override
  public Optional<TimeSource> timeSource() {
    return engine.timeSource();
  }

  @Override
  public PublishChannel openPublisher() {
    return new SabotagedChannel(engine.openPublisher(), mode);
  }

  @Override
  public Optional<QueueDriver> queues() {
    return engine.queues();
  }

  @Override
  public Optional<LogDriver> logs() {
    return engine.logs();
  }

  @Override
  public Optional<ExchangeDriver> exchanges() {
    return engine.exchanges();
  }

  @Override
  public Optional<TopologyLog> topologyLog() {
    return engine.topologyLog();
  }

  @Override
  public String healthProblem() {
    return engine.healthProblem();
  }

  @Override
  public ErrorClass classify(Throwable error) {
    return engine.classify(error);
  }

  @Override
  public <T> Optional<T> unwrap(Class<T> type) {
    return engine.unwrap(type);
  }

  @Override
  public void close(Duration timeout) {
    engine.close(timeout);
  }
}
