package dev.mq.rabbit.internal.consume;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Method;
import com.rabbitmq.client.ShutdownSignalException;
import dev.mq.api.SettleResult;
import java.io.IOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Sends the settlements of one channel, in groups with a barrier behind each: AMQP confirms no
 * acknowledgement, but a later operation on the channel is answered after them. Thread-safe.
 *
 * <p>A quorum queue holds back the commands of one channel beyond a number, and loses those held
 * back when the channel ends. So a group stays below that number, and the next one waits for the
 * barrier.
 *
 * <p>Invariants: at most one group is out; {@code out} is true from the moment it is taken until it
 * was answered, and {@code group} belongs to whoever made it so; the lock is never held while the
 * channel is called or an entry is answered.
 */
final class Settler {
  /** Commands in one group; the queue holds back what exceeds 32. */
  private static final int COMMANDS = 30;

  private static final long NOTHING = -1;

  private final Channel channel;
  private final Method barrier;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition idle = lock.newCondition();
  private SettleQueue waiting = new SettleQueue();
  private final SettleQueue group = new SettleQueue();
  private final TagWindow window = new TagWindow();
  private boolean out;
  private boolean held;
  private boolean closed;

  Settler(Channel channel, String queue) {
    this.channel = channel;
    this.barrier = new AMQP.Queue.Declare.Builder().queue(queue).passive().build();
  }

  /** Takes settlements of tags that were delivered on this channel, each once. */
  void settle(SettleQueue some) {
    boolean refused;
    boolean send = false;
    lock.lock();
    try {
      refused = closed;
      if (!refused) {
        some.moveTo(waiting, some.size());
        send = !out && !held && waiting.size() > 0;
        out |= send;
      }
    } finally {
      lock.unlock();
    }
    if (refused) {
      some.answer(SettleResult.UNKNOWN);
    } else if (send) {
      sendNext();
    }
  }

  /**
   * Waits until no barrier is out and keeps it so until {@link #release}: of two operations on a
   * channel that are answered the second waits for the first, and the client's thread, which sends
   * the next barrier, must never wait.
   *
   * @return whether {@link #release} is to be called; false when the wait or the channel has ended
   */
  boolean hold(long maxWaitNanos) {
    boolean interrupted = false;
    lock.lock();
    try {
      held = true;
      long left = maxWaitNanos;
      while (out && !closed && left > 0) {
        try {
          left = idle.awaitNanos(left);
        } catch (InterruptedException e) {
          interrupted = true; // and the wait begins again, once
        }
      }
      held = !out && !closed;
      out |= held;
      return held;
    } finally {
      lock.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Lets settlements go on. */
  void release() {
    lock.lock();
    try {
      held = false;
    } finally {
      lock.unlock();
    }
    sendNext();
  }

  /** Called by whoever has {@code out}. */
  private void sendNext() {
    long upTo = takeGroup();
    if (upTo == NOTHING) {
      return; // and the group is another thread's by now, perhaps
    }
    try {
      send(upTo);
      var unused = channel.asyncCompletableRpc(barrier).whenComplete((ok, e) -> passed(e == null));
    } catch (IOException | ShutdownSignalException e) {
      passed(false);
    }
  }

  /**
   * Takes what fits into a group; acknowledgements of the contiguous range are one command.
   *
   * @return the highest acknowledged tag of the contiguous range, or 0; or {@link #NOTHING} when
   *     nothing is to be sent, and then none is out
   */
  private long takeGroup() {
    lock.lock();
    try {
      int commands = 0;
      int count = 0;
      long upTo = 0;
      int size = held ? 0 : waiting.size();
      while (count < size && commands < COMMANDS) {
        long tag = waiting.tag(count);
        boolean unused = window.settle(tag);
        if (!waiting.isAck(count) || tag > window.contiguous()) {
          commands++;
        }
        count++;
      }
      long contiguous = window.contiguous();
      for (int i = 0; i < count; i++) {
        if (waiting.isAck(i) && waiting.tag(i) <= contiguous) {
          upTo = Math.max(upTo, waiting.tag(i));
        }
      }
      waiting.moveTo(group, count);
      if (count == 0) {
        out = false;
        idle.signalAll();
        return NOTHING;
      }
      return upTo;
    } finally {
      lock.unlock();
    }
  }

  /** What is given back goes first, so that the range behind it holds acknowledged ones only. */
  private void send(long upTo) throws IOException {
    for (int i = 0; i < group.size(); i++) {
      if (!group.isAck(i)) {
        channel.basicNack(group.tag(i), false, true);
      }
    }
    if (upTo > 0) {
      channel.basicAck(upTo, true);
    }
    for (int i = 0; i < group.size(); i++) {
      if (group.isAck(i) && group.tag(i) > upTo) {
        channel.basicAck(group.tag(i), false);
      }
    }
  }

  private void passed(boolean ok) {
    group.answer(ok ? SettleResult.SETTLED : SettleResult.UNKNOWN);
    if (ok) {
      sendNext();
    } else {
      end();
    }
  }

  /** Nothing follows on this channel: answers what waits. */
  void end() {
    SettleQueue rest;
    lock.lock();
    try {
      closed = true;
      out = false;
      rest = waiting;
      waiting = new SettleQueue();
      idle.signalAll();
    } finally {
      lock.unlock();
    }
    rest.answer(SettleResult.UNKNOWN);
  }

  /**
   * Waits until all is sent and answered; from then on no callback uses the channel. The rest of
   * what waits is answered as unknown.
   */
  void close(long maxWaitNanos) {
    lock.lock();
    try {
      long left = maxWaitNanos;
      while (out && left > 0) {
        left = idle.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
    end();
  }
}
