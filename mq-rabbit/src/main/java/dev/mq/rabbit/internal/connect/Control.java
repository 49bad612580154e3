package dev.mq.rabbit.internal.connect;

import com.rabbitmq.client.Channel;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeoutException;

/**
 * Single operations, each on a channel that nothing else uses at the time: an error of the broker
 * closes the channel it happened on. Thread-safe.
 */
public final class Control {
  /** Channels kept for the next operation. */
  private static final int KEPT = 2;

  /** An operation on a channel. */
  @FunctionalInterface
  public interface Call<T> {
    /** Runs it. */
    T on(Channel channel) throws IOException, TimeoutException;
  }

  private final Link link;
  private final Queue<Channel> idle = new ConcurrentLinkedQueue<>();

  Control(Link link) {
    this.link = link;
  }

  /**
   * Runs an operation; blocks for its round trips.
   *
   * @param what operation and name, for the error
   * @throws MqException classified; its cause has what the broker said
   */
  public <T> T call(String what, Call<T> body) {
    Channel channel = take();
    try {
      T result = body.on(channel);
      giveBack(channel);
      return result;
    } catch (IOException | TimeoutException | RuntimeException e) {
      close(channel);
      throw RabbitErrors.wrap(what, e);
    }
  }

  /** As {@link #call}, for what has no result. */
  public void run(String what, Call<?> body) {
    Object unused = call(what, body);
  }

  private Channel take() {
    for (Channel c = idle.poll(); c != null; c = idle.poll()) {
      if (c.isOpen()) {
        return c;
      }
    }
    return link.openChannel();
  }

  private void giveBack(Channel channel) {
    if (idle.size() < KEPT) {
      idle.add(channel);
    } else {
      close(channel);
    }
  }

  private static void close(Channel channel) {
    try {
      channel.abort();
    } catch (IOException e) {
      throw new MqException(ErrorCode.INTERNAL, false, false, "abort must not fail", e);
    }
  }
}
