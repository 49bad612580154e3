package dev.mq.inmemory.tck;

import dev.mq.api.Capabilities;
import dev.mq.spi.BackendSession;
import dev.mq.spi.ErrorClass;
import dev.mq.spi.LogDriver;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.PublishChannel;
import dev.mq.spi.QueueDriver;
import dev.mq.spi.TimeSource;
import dev.mq.spi.TopologyLog;
import java.time.Duration;
import java.util.Optional;

/** Puts the mutation wherever something passes. */
record MutantSession(BackendSession engine, Mutation mutation) implements BackendSession {
  @Override
  public Capabilities capabilities() {
    return mutation.capabilities(engine.capabilities());
  }

  @Override
  public Optional<TimeSource> timeSource() {
    return engine.timeSource();
  }

  @Override
  public PublishChannel openPublisher() {
    return new Channel(engine.openPublisher(), mutation);
  }

  @Override
  public Optional<QueueDriver> queues() {
    return engine.queues().map(q -> new MutantQueues(q, mutation));
  }

  @Override
  public Optional<LogDriver> logs() {
    return engine.logs().map(l -> new MutantLogs(l, mutation));
  }

  @Override
  public Optional<TopologyLog> topologyLog() {
    return engine
        .topologyLog()
        .map(log -> mutation.seesBindingsLate() ? new LateTopologyLog(log) : log);
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
  public void close(Duration timeout) {
    engine.close(timeout);
  }

  private record Channel(PublishChannel engine, Mutation mutation) implements PublishChannel {
    @Override
    public void publish(PublishBatch batch) {
      PublishBatch changed = mutation.published(batch);
      if (changed.size() > 0) {
        engine.publish(changed);
      }
    }

    @Override
    public void flush() {
      engine.flush();
    }

    @Override
    public void close(Duration timeout) {
      engine.close(timeout);
    }
  }
}
