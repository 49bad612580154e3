package dev.mq.inmemory.internal;

import dev.mq.api.ErrorCode;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.api.QueueSpec;
import dev.mq.inmemory.internal.queue.MemoryQueue;
import dev.mq.inmemory.internal.queue.MemorySubscription;
import dev.mq.spi.BackendQueue;
import dev.mq.spi.QueueDriver;
import dev.mq.spi.QueueSubscription;
import dev.mq.spi.QueueTraits;
import dev.mq.spi.SubscribeOptions;
import dev.mq.spi.SubscriptionListener;
import java.util.List;
import java.util.Optional;

/** The queues of an engine as one session sees them. Thread-safe. */
final class InMemoryQueues implements QueueDriver {
  private static final QueueTraits TRAITS = new QueueTraits(true);

  private final InMemorySession session;

  InMemoryQueues(InMemorySession session) {
    this.session = session;
  }

  @Override
  public QueueTraits traits() {
    return TRAITS;
  }

  @Override
  public BackendQueue create(QueueSpec spec, String incarnation) {
    session.checkOpen("declare queue:" + spec.name());
    return session.engine().createQueue(spec, incarnation, session);
  }

  @Override
  public BackendQueue open(String name, String incarnation) {
    session.checkOpen("open queue:" + name);
    MemoryQueue q = session.engine().queue(name, incarnation);
    if (q == null) {
      throw new NotFoundException("open queue:" + name + ": there is no such queue");
    }
    return q;
  }

  @Override
  public void delete(String name, String incarnation) {
    session.checkOpen("delete queue:" + name);
    MemoryQueue q = session.engine().queue(name, incarnation);
    if (q != null) {
      q.checkOwner(session, "delete");
      session.engine().removeQueue(q);
    }
  }

  static void cancel(MemoryQueue q, List<MemorySubscription> subscriptions) {
    for (MemorySubscription s : subscriptions) {
      s.listener().allLeasesLost(s);
      s.listener()
          .cancelled(
              new NotFoundException("consume queue:" + q.name() + ": the queue was deleted"));
    }
  }

  @Override
  public long depth(BackendQueue queue) {
    session.checkOpen("depth of queue:" + queue.name());
    return own(queue).depth();
  }

  @Override
  public long purge(BackendQueue queue) {
    session.checkOpen("purge queue:" + queue.name());
    MemoryQueue q = own(queue);
    q.checkOwner(session, "purge");
    return q.purge();
  }

  @Override
  public Optional<List<Message>> browse(BackendQueue queue, int max) {
    session.checkOpen("browse queue:" + queue.name());
    return Optional.of(own(queue).browse(max));
  }

  @Override
  public QueueSubscription subscribe(
      BackendQueue queue, SubscribeOptions options, SubscriptionListener listener) {
    session.checkOpen("consume queue:" + queue.name());
    MemorySubscription s = own(queue).subscribe(session, options, listener, session::forget);
    session.add(s);
    session.checkOpen("consume queue:" + queue.name());
    return s;
  }

  private static MemoryQueue own(BackendQueue queue) {
    if (queue instanceof MemoryQueue q) {
      return q;
    }
    throw new MqException(
        ErrorCode.INVALID_ARGUMENT, "queue:" + queue.name() + " is of another backend");
  }
}
