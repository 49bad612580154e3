package dev.mq.rabbit.internal.stream;

import com.rabbitmq.stream.Consumer;
import com.rabbitmq.stream.ConsumerFlowStrategy;
import com.rabbitmq.stream.Environment;
import com.rabbitmq.stream.MessageHandler;
import com.rabbitmq.stream.OffsetSpecification;
import com.rabbitmq.stream.Resource;
import dev.mq.api.Message;
import dev.mq.spi.RecordBatch;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reading of one partition. When the connection is lost, reading ends and begins anew where it was,
 * on the thread that polls: what the client would still hand over by itself is not looked at, so
 * nothing comes twice or is passed over.
 */
final class StreamPart {
  private static final Logger LOG = LoggerFactory.getLogger(StreamPart.class);

  /** At most so many chunks are here or on their way. */
  private static final int CREDITS = 10;

  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  final int number;
  final String stream;
  private final Waker waker;
  private final Executor closing;
  private final Queue<Chunk> chunks = new ConcurrentLinkedQueue<>();

  /** Guards {@code wanted} and which reading counts. */
  private final ReentrantLock lock = new ReentrantLock();

  private @Nullable Reading reading;

  /** The least offset that did not arrive yet. */
  private long wanted;

  /** The next offset to hand out; of the thread that polls, as all below. */
  private long next;

  /** When it could not be opened for the last time, and whether there was such a time. */
  private long triedAt;

  private boolean tried;

  private long lastTimestamp = Long.MIN_VALUE;
  boolean paused;

  private volatile boolean ended;

  /**
   * Begins nothing yet.
   *
   * @param closing runs what may wait for the broker, and does not wait for long
   */
  StreamPart(int number, String stream, long offset, Waker waker, Executor closing) {
    this.number = number;
    this.stream = stream;
    this.next = offset;
    this.wanted = offset;
    this.waker = waker;
    this.closing = closing;
  }

  /** Starts to read, or again after reading ended. Throws what the client throws. */
  void open(Environment environment) {
    if (reading != null) {
      close();
    }
    Reading r = new Reading();
    long from;
    lock.lock();
    try {
      reading = r;
      from = wanted;
      ended = false;
    } finally {
      lock.unlock();
    }
    r.open(environment, from);
  }

  /** Returns whether reading ended by itself and {@link #open} was not tried lately. */
  boolean isToBeOpened(long now) {
    return ended && (!tried || now - triedAt > RETRY_NANOS);
  }

  /** Leaves it to a later {@link #open}. */
  void giveUp(long now) {
    ended = true;
    tried = true;
    triedAt = now;
  }

  /** One consumer, for the life of its connection. */
  private final class Reading implements ConsumerFlowStrategy {
    private volatile @Nullable Consumer consumer;
    private @Nullable Chunk arriving;

    void open(Environment environment, long from) {
      consumer =
          environment.consumerBuilder().stream(stream)
              .offset(OffsetSpecification.offset(from))
              .noTrackingStrategy()
              .listeners(this::changed)
              .flow()
              .strategy(this)
              .builder()
              .messageHandler(this::arrived)
              .build();
    }

    @SuppressWarnings("ReferenceEquality") // a reading is itself
    private boolean counts() {
      return reading == this;
    }

    private void changed(Resource.Context context) {
      if (context.previousState() != Resource.State.OPEN) {
        return;
      }
      lock.lock();
      try {
        ended |= counts();
      } finally {
        lock.unlock();
      }
      waker.signal();
    }

    @Override
    public int initialCredits() {
      return CREDITS;
    }

    @Override
    public MessageProcessedCallback start(Context context) {
      Chunk chunk = new Chunk(context);
      lock.lock();
      try {
        arriving = chunk;
        if (counts() && !ended) {
          chunks.add(chunk);
        }
      } finally {
        lock.unlock();
      }
      return chunk;
    }

    private void arrived(MessageHandler.Context context, com.rabbitmq.stream.Message m) {
      long offset = context.offset();
      Message message = RecordWire.decode(m);
      lock.lock();
      try {
        Chunk chunk = arriving;
        if (chunk == null || !counts() || ended) {
          return;
        }
        if (offset < wanted) {
          chunk.ignore();
          return;
        }
        wanted = offset + 1;
        chunk.add(offset, context.timestamp(), message);
      } finally {
        lock.unlock();
      }
      waker.signal();
    }

    void close() {
      Consumer c = consumer;
      if (c == null) {
        return;
      }
      try {
        c.close();
      } catch (RuntimeException e) {
        LOG.debug("closing the consumer of stream {}", stream, e);
      }
    }
  }

  /** Returns the chunk that holds the next record, or null. */
  private @Nullable Chunk current() {
    for (Chunk c = chunks.peek(); c != null; c = chunks.peek()) {
      // A chunk with a successor is filled for good, so this is looked at first.
      boolean last = chunks.size() == 1;
      if (c.hasNext()) {
        return c;
      }
      if (last && !c.isDone()) {
        return null;
      }
      chunks.remove();
    }
    return null;
  }

  boolean hasRecords() {
    return !paused && current() != null;
  }

  /** Returns how many offsets lie between the last record handed out and the one to come. */
  long gap() {
    Chunk c = current();
    return c == null ? 0 : c.offset() - next;
  }

  /** Hands out what is there, up to a gap. */
  int drain(RecordBatch batch) {
    int n = 0;
    for (Chunk c = current(); c != null && batch.room() > 0; c = current()) {
      if (n > 0 && c.offset() - next > 1) {
        break;
      }
      long offset = c.offset();
      lastTimestamp = Math.max(lastTimestamp, c.timestamp());
      Message m = c.take();
      batch.add(number, offset, lastTimestamp, m);
      next = offset + 1;
      n++;
    }
    return n;
  }

  long next() {
    return next;
  }

  /** Nothing more arrives; waits a little for the client to close its consumer. */
  void close() {
    closing.execute(detach());
  }

  /**
   * Nothing more arrives; returns what closes the client's consumer and may wait for the broker.
   */
  Runnable detach() {
    Reading old;
    lock.lock();
    try {
      old = reading;
      reading = null;
    } finally {
      lock.unlock();
    }
    return old == null ? () -> {} : old::close;
  }
}
