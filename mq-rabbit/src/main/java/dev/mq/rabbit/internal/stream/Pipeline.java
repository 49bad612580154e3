package dev.mq.rabbit.internal.stream;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Command;
import com.rabbitmq.client.Method;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.rabbit.internal.connect.Link;
import dev.mq.rabbit.internal.connect.RabbitErrors;
import dev.mq.spi.ErrorClass;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs operations of one kind at the same time, as a channel does one after the other: making a
 * replicated queue or a stream takes the broker long, and it makes several as fast. Thread-safe.
 */
final class Pipeline {
  private static final int WIDTH = 8;

  private final Link link;
  private final Duration timeout;

  Pipeline(Link link, Duration timeout) {
    this.link = link;
    this.timeout = timeout;
  }

  /**
   * Runs all of them and returns the answers in order.
   *
   * @throws MqException of the first that failed, classified
   */
  List<Command> run(String what, List<Method> methods) {
    List<Channel> channels = new ArrayList<>();
    List<Command> answers = new ArrayList<>();
    try {
      for (int i = 0; i < Math.min(WIDTH, methods.size()); i++) {
        channels.add(link.openChannel());
      }
      for (int at = 0; at < methods.size(); at += WIDTH) {
        List<CompletableFuture<Command>> open = new ArrayList<>();
        for (int i = at; i < Math.min(at + WIDTH, methods.size()); i++) {
          open.add(channels.get(i - at).asyncCompletableRpc(methods.get(i)));
        }
        for (CompletableFuture<Command> f : open) {
          answers.add(f.get(timeout.toNanos(), TimeUnit.NANOSECONDS));
        }
      }
      return answers;
    } catch (IOException | RuntimeException e) {
      throw failed(what, e);
    } catch (ExecutionException e) {
      throw failed(what, e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      throw RabbitErrors.unknown(what + ": no answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MqException(ErrorCode.INTERRUPTED, false, true, what, e);
    } finally {
      channels.forEach(Pipeline::abort);
    }
  }

  private static MqException failed(String what, Throwable e) {
    if (e instanceof MqException mq) {
      return mq;
    }
    ErrorClass c = RabbitErrors.classify(e);
    return new MqException(
        c.code(), c.definite(), c.retryable(), what + ": " + RabbitErrors.text(e), e);
  }

  static void abort(Channel channel) {
    try {
      channel.abort();
    } catch (IOException e) {
      throw new MqException(ErrorCode.INTERNAL, false, false, "abort must not fail", e);
    }
  }
}
