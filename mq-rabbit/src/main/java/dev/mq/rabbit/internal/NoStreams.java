package dev.mq.rabbit.internal;

import dev.mq.api.Capabilities;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.rabbit.internal.publish.StreamAppender;
import dev.mq.spi.LogDriver;
import java.time.Duration;
import java.util.Optional;

/** A session without logs. */
public final class NoStreams implements StreamSide {
  /** Creates it. */
  public NoStreams() {}

  @Override
  public Optional<LogDriver> logs() {
    return Optional.empty();
  }

  @Override
  public void declare(Capabilities.Builder capabilities) {}

  @Override
  public StreamAppender openAppender() {
    throw new MqException(ErrorCode.UNSUPPORTED, "append: the broker has no stream protocol");
  }

  @Override
  public String healthProblem() {
    return "";
  }

  @Override
  public void close(Duration timeout) {}
}
