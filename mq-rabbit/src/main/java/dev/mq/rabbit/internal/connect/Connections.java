package dev.mq.rabbit.internal.connect;

import com.rabbitmq.client.Channel;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.spi.BackendContext;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of one broker. Consuming has one of its own, because a broker that takes no
 * messages stops reading from connections that publish: acknowledgements must not wait behind that.
 * Leases of log groups publish on the channel that consumes, so they have a third one. Thread-safe.
 */
public final class Connections {
  private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

  private final BackendContext context;
  private final Outages outages;
  private final Link consuming;
  private final Link publishing;
  private final Link leases;
  private final Control control;
  private final NewQueues newQueues;
  private final ServerVersion server;
  private final StreamAccess streams;

  /**
   * Connects.
   *
   * @throws dev.mq.api.MqException definite, with nothing left behind
   */
  public Connections(BackendContext context) {
    this.context = context;
    this.outages = new Outages(context);
    Dialer dialer = new Dialer(context);
    this.consuming = new Link("consuming", dialer, context, outages);
    this.publishing = new Link("publishing", dialer, context, outages);
    this.leases = new Link("leases", dialer, context, outages);
    this.control = new Control(consuming);
    this.newQueues = new NewQueues(context.time(), context.config().get(RabbitKeys.NEW_QUEUE_WAIT));
    this.streams = new StreamAccess(context.config());
    consuming.connect();
    this.server =
        consuming
            .current()
            .map(c -> ServerVersion.of(c.getServerProperties()))
            .orElseThrow(() -> RabbitErrors.down("connect: lost at once", null));
    if (!server.atLeast(3, 10)) {
      close(Duration.ofSeconds(1));
      throw new MqException(
          ErrorCode.UNSUPPORTED, "connect: RabbitMQ 3.10 or newer is needed, is " + server.text());
    }
  }

  /** Returns what the runtime gave. */
  public BackendContext context() {
    return context;
  }

  /** Returns the connection for consumers, declarations and other single operations. */
  public Link consuming() {
    return consuming;
  }

  /** Returns the connection for publishers; it is made when first used. */
  public Link publishing() {
    return publishing;
  }

  /** Returns the connection for leases of log groups; it is made when first used. */
  public Link leases() {
    return leases;
  }

  /** Returns single operations. */
  public Control control() {
    return control;
  }

  /** Returns what keeps new quorum queues from being used too early. */
  public NewQueues newQueues() {
    return newQueues;
  }

  /** Returns where losses are told. */
  public Outages outages() {
    return outages;
  }

  /** Returns the version of the broker first connected to. */
  public ServerVersion server() {
    return server;
  }

  /** Returns what the stream protocol needs to connect. */
  public StreamAccess streams() {
    return streams;
  }

  /** Returns why messages cannot flow, or an empty text. */
  public String problem() {
    for (Link link : List.of(consuming, publishing, leases)) {
      if (!link.problem().isEmpty()) {
        return link.problem();
      }
    }
    return "";
  }

  /** Ends a channel without waiting for the broker. */
  public void abort(Channel channel) {
    context
        .threads("rabbit-closing")
        .newThread(
            () -> {
              try {
                channel.abort();
              } catch (IOException | RuntimeException e) {
                LOG.debug("a channel had ended before", e);
              }
            })
        .start();
  }

  /**
   * Closes all of them at the same time, within a timeout also when nothing answers: what is open
   * then is ended by its socket.
   */
  public void close(Duration timeout) {
    List<Link> links = List.of(consuming, publishing, leases);
    atOnce(
        timeout,
        links.stream().map(link -> (Runnable) () -> link.close(timeout)).toArray(Runnable[]::new));
    links.forEach(Link::cut);
  }

  /**
   * Runs tasks that the client lets wait for a broker, each on a thread of its own, and waits for
   * them within a timeout. What takes longer goes on alone.
   */
  public void atOnce(Duration timeout, Runnable... tasks) {
    ThreadFactory threads = context.threads("rabbit-closing");
    CountDownLatch done = new CountDownLatch(tasks.length);
    for (Runnable task : tasks) {
      threads
          .newThread(
              () -> {
                try {
                  task.run();
                } finally {
                  done.countDown();
                }
              })
          .start();
    }
    try {
      boolean unused = done.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
