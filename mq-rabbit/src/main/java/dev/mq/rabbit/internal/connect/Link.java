package dev.mq.rabbit.internal.connect;

import com.rabbitmq.client.BlockedCallback;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.spi.BackendContext;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One connection that is made when it is first needed and made again when it is lost. Thread-safe.
 *
 * <p>Invariants: a loss is told once per connection, before anything of the next one; only the one
 * recovery under way moves the state from DOWN to UP; the lock is never held while listeners are
 * told.
 */
public final class Link {
  private enum State {
    NEW,
    UP,
    DOWN,
    CLOSED
  }

  /** Told of a link. Called on threads of the link; does not block. */
  public interface Listener {
    /** The connection was lost, and with it every channel. */
    void lost();

    /** There is a new connection. */
    void recovered();
  }

  /** How many times the longest wait refused credentials wait. */
  private static final int REFUSED = 4;

  private final String what;
  private final Dialer dialer;
  private final BackendContext context;
  private final Outages outages;
  private final ThreadFactory threads;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private State state = State.NEW;
  private volatile @Nullable Connection connection;
  private volatile @Nullable SocketGuard socket;
  private volatile @Nullable String blockedBy;
  private volatile String problem = "";
  private Duration wait = Duration.ZERO;

  Link(String what, Dialer dialer, BackendContext context, Outages outages) {
    this.what = what;
    this.dialer = dialer;
    this.context = context;
    this.outages = outages;
    this.threads = context.threads("rabbit-" + what + "-recovery");
  }

  /** Adds a listener until {@link #forget}. */
  public void listen(Listener listener) {
    listeners.add(listener);
  }

  /** Removes a listener. */
  public void forget(Listener listener) {
    listeners.remove(listener);
  }

  /** Connects, unless that was done before; blocks for the connect timeout. */
  void connect() {
    Dialer.Dialed fresh = null;
    lock.lock();
    try {
      if (state == State.NEW) {
        fresh = dialer.dial(what);
        listenForBlocks(fresh.connection());
        use(fresh);
      }
    } finally {
      lock.unlock();
    }
    if (fresh != null) {
      watch(fresh.connection());
    }
  }

  /**
   * Returns a new channel, the caller's to close. Blocks for a round trip, the first time until
   * connected.
   *
   * @throws MqException {@code UNAVAILABLE}, definite, while there is no connection; {@code
   *     BACKPRESSURE}, definite, while the broker does not read it: the client would wait for the
   *     answer, give up, and never use the number of that channel again
   */
  public Channel openChannel() {
    connect();
    Connection c = connection;
    if (c == null) {
      throw RabbitErrors.down("not connected (" + what + "): " + problem, null);
    }
    String by = blockedBy;
    if (by != null) {
      throw blocked("open channel (" + what + ")", by);
    }
    try {
      Channel channel = c.createChannel();
      if (channel == null) {
        throw RabbitErrors.down(what + ": the connection has no channel left", null);
      }
      return channel;
    } catch (IOException | ShutdownSignalException e) {
      throw RabbitErrors.down("open channel (" + what + "): " + RabbitErrors.text(e), e);
    }
  }

  /**
   * Waits until the client's thread is done with every answer that it gave before. It gives an
   * answer first and takes the lock of its channel after that: whoever begins to write at once may
   * take the lock before it, and if that write cannot end, nothing is read any more, not even that
   * the broker takes no messages. Blocks for two round trips.
   *
   * @throws MqException {@code UNAVAILABLE}, definite, when the connection is lost
   */
  public void awaitReader() {
    // The answers to this one come behind the others, and only this thread uses it.
    Channel witness = openChannel();
    try {
      witness.abort();
    } catch (IOException | ShutdownSignalException e) {
      throw RabbitErrors.down(what + ": " + RabbitErrors.text(e), e);
    }
  }

  /** Returns whether there is a connection, or none was needed yet. */
  public boolean isUsable() {
    Connection c = connection;
    lock.lock();
    try {
      return state == State.NEW || (c != null && c.isOpen());
    } finally {
      lock.unlock();
    }
  }

  /** Returns why messages cannot flow over it, or an empty text. */
  public String problem() {
    String by = blockedBy;
    return by != null ? what + ": blocked by the broker: " + by : problem;
  }

  /** Returns the error of what cannot be done while the broker takes no messages. */
  public static MqException blocked(String operation, String by) {
    return new MqException(
        ErrorCode.BACKPRESSURE,
        true,
        true,
        operation + ": the broker takes no messages: " + by,
        null);
  }

  /** Returns why the broker takes no messages, or null. */
  public @Nullable String blockedBy() {
    return blockedBy;
  }

  /**
   * Waits until the broker takes messages.
   *
   * @return false at the end of the wait
   */
  public boolean awaitUnblocked(long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = nanos;
      while (blockedBy != null && left > 0) {
        left = changed.awaitNanos(left);
      }
      return blockedBy == null;
    } finally {
      lock.unlock();
    }
  }

  /** Returns the connection there is at the moment. */
  public Optional<Connection> current() {
    return Optional.ofNullable(connection);
  }

  /**
   * Ends the present connection by its socket, which also sets a thread free that writes to it. The
   * loss is told as any other. Does not block.
   */
  public void cut() {
    SocketGuard s = socket;
    if (s != null) {
      s.cut();
    }
  }

  private void use(Dialer.Dialed fresh) {
    blockedBy = null;
    problem = "";
    wait = Duration.ZERO;
    state = State.UP;
    socket = fresh.socket();
    connection = fresh.connection();
  }

  /** What the broker tells once is listened for before anybody can publish and have it told. */
  private void listenForBlocks(Connection fresh) {
    fresh.addBlockedListener(
        (BlockedCallback) reason -> blocked(fresh, reason), () -> blocked(fresh, null));
  }

  /** A connection that is lost already tells it inside this call. */
  private void watch(Connection fresh) {
    fresh.addShutdownListener(cause -> lost(fresh, cause));
  }

  @SuppressWarnings("ReferenceEquality") // a connection is itself
  private void blocked(Connection by, @Nullable String reason) {
    lock.lock();
    try {
      if (connection == by) {
        blockedBy = reason;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  @SuppressWarnings("ReferenceEquality") // a connection is itself
  private void lost(Connection gone, ShutdownSignalException cause) {
    MqException error =
        RabbitErrors.down("connection lost (" + what + "): " + RabbitErrors.text(cause), cause);
    lock.lock();
    try {
      if (state == State.CLOSED || connection != gone) {
        return;
      }
      state = State.DOWN;
      connection = null;
      blockedBy = null;
      problem = String.valueOf(error.getMessage());
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    outages.lost(this, what, error);
    listeners.forEach(Listener::lost);
    recoverLater(false);
  }

  /** Waits with a jitter, so that the clients of a broker that comes back do not come at once. */
  private void recoverLater(boolean refused) {
    Duration max = context.config().get(RabbitKeys.RECOVERY_MAX);
    Duration next = wait.isZero() ? context.config().get(RabbitKeys.RECOVERY_FIRST) : wait;
    next = next.compareTo(max) > 0 ? max : next;
    next = refused ? max.multipliedBy(REFUSED) : next;
    wait = next.multipliedBy(2);
    long half = next.toNanos() / 2;
    long nanos = half + ThreadLocalRandom.current().nextLong(half + 1);
    context
        .time()
        .schedule(Duration.ofNanos(nanos), () -> threads.newThread(this::recover).start());
  }

  private void recover() {
    if (isClosed()) {
      return;
    }
    try {
      Dialer.Dialed fresh = dialer.dial(what);
      listenForBlocks(fresh.connection());
      if (!adopt(fresh)) {
        fresh.connection().abort(1);
        return;
      }
      outages.recovered(this, what);
      listeners.forEach(Listener::recovered);
      watch(fresh.connection());
    } catch (RuntimeException e) {
      MqException error = MqException.of(e);
      problem = String.valueOf(error.getMessage());
      recoverLater(error.code() == ErrorCode.AUTHENTICATION || error.code() == ErrorCode.CONFIG);
    }
  }

  private boolean adopt(Dialer.Dialed fresh) {
    lock.lock();
    try {
      if (state == State.CLOSED) {
        return false;
      }
      use(fresh);
      return true;
    } finally {
      lock.unlock();
    }
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return state == State.CLOSED;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends it; what is open on it ends with it. Blocks for the timeout, and while a thread writes to
   * a peer that does not read until {@link #cut}.
   */
  void close(Duration timeout) {
    Connection last;
    lock.lock();
    try {
      last = connection;
      state = State.CLOSED;
      connection = null;
      problem = "closed";
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (last != null) {
      last.abort((int) Math.max(1, Math.min(timeout.toMillis(), Integer.MAX_VALUE)));
    }
  }
}
