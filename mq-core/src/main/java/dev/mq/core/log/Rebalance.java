package dev.mq.core.log;

import static java.util.Objects.requireNonNull;

import dev.mq.api.AssignedListener;
import dev.mq.api.BrokerEvent;
import dev.mq.api.ErrorCode;
import dev.mq.api.MqException;
import dev.mq.api.PartitionsListener;
import dev.mq.api.Positions;
import dev.mq.core.runtime.Kernel;
import dev.mq.spi.GroupListener;
import dev.mq.spi.GroupMember;
import dev.mq.spi.TimeSource.Timer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Follows which partitions this member owns, on the polling thread. Giving up: no further record is
 * handed out, the running handler is waited for, what was handled is committed, the program is
 * told; after that nothing of the partition counts here (G-10). Losing: everything of it is dropped
 * at once.
 */
final class Rebalance implements GroupListener {
  private final Kernel kernel;
  private final GroupOptions options;
  private final GroupState state;
  private final Dispatcher dispatcher;
  private final Commits commits;

  /**
   * Where partitions without a commit start, when that has to be fixed at the first assignment;
   * else null.
   */
  private final @Nullable Positions pinned;

  private final Supplier<Positions> committed;

  /** Old ownerships whose handler still runs, by partition. Guarded by the lock. */
  private final Map<Integer, Partition> lingering = new HashMap<>();

  private @Nullable GroupMember member;
  private @Nullable GroupLoop loop;

  Rebalance(
      Kernel kernel,
      GroupOptions options,
      GroupState state,
      Dispatcher dispatcher,
      Commits commits,
      @Nullable Positions pinned,
      Supplier<Positions> committed) {
    this.kernel = kernel;
    this.options = options;
    this.state = state;
    this.dispatcher = dispatcher;
    this.commits = commits;
    this.pinned = pinned;
    this.committed = committed;
  }

  /** Sets what could only be made with this listener. Called once, before anything else happens. */
  void wire(GroupMember joined, GroupLoop polling) {
    member = joined;
    loop = polling;
  }

  @Override
  public void assigned(int[] numbers) {
    state.lock.lock();
    try {
      for (int number : numbers) {
        Partition p = new Partition(number);
        p.stop = state.paused || state.closing;
        Partition before = lingering.remove(number);
        if (before != null && before.running) {
          before.successor = p;
          p.predecessor = before;
        }
        state.own(p);
      }
    } finally {
      state.lock.unlock();
    }
    pin(numbers);
    AssignedListener listener = options.onAssigned();
    if (listener != null && numbers.length > 0) {
      callAssigned(listener, set(numbers));
    }
  }

  private void pin(int[] numbers) {
    if (pinned == null) {
      return;
    }
    Positions known;
    try {
      known = committed.get();
    } catch (RuntimeException e) {
      // Only a member that dies before its first commit would start elsewhere; not worth ending
      // for.
      MqException error = kernel.wrap(e, "read commits of", options.address());
      String text = options.who() + ": its start could not be committed";
      kernel.event(BrokerEvent.Type.COMMIT_FAILED, options.address(), text, error);
      return;
    }
    Positions missing = Positions.none();
    for (int number : numbers) {
      OptionalLong at = pinned.offset(number);
      if (at.isPresent() && known.offset(number).isEmpty()) {
        missing = missing.with(number, at.getAsLong());
      }
    }
    if (!missing.offsets().isEmpty()) {
      commits.pin(missing);
    }
  }

  private void callAssigned(AssignedListener listener, Set<Integer> partitions) {
    boolean[] over = {false};
    Thread thread = Thread.currentThread();
    try {
      listener.assigned(
          partitions,
          (partition, offset) -> {
            if (over[0] || Thread.currentThread() != thread || !partitions.contains(partition)) {
              String text = "seek log:" + options.log() + " partition " + partition;
              throw new MqException(
                  ErrorCode.INVALID_ARGUMENT,
                  text + ": only inside onAssigned and for partitions being assigned");
            }
            try {
              requireNonNull(member).seek(partition, offset);
            } catch (RuntimeException e) {
              throw kernel.wrap(e, "seek partition " + partition + " of", options.address());
            }
          });
    } catch (RuntimeException | Error e) {
      // The program could not say where it wants to go on; going on elsewhere would repeat or skip
      // records.
      dispatcher.end(callbackFailed("onAssigned", e));
    } finally {
      over[0] = true;
    }
  }

  @Override
  public void revoked(int[] numbers) {
    List<Partition> partitions = new ArrayList<>();
    state.lock.lock();
    try {
      for (int number : numbers) {
        Partition p = state.owned(number);
        if (p != null) {
          partitions.add(p);
        }
      }
      dispatcher.revoke(partitions);
    } finally {
      state.lock.unlock();
    }
    if (partitions.isEmpty()) {
      return;
    }
    GroupLoop polling = requireNonNull(loop);
    polling.awaitQuiet(partitions, polling.closeNanos());
    commits.last(partitions, Commits.nanos(options.closeTimeout()));
    call("onRevoked", options.onRevoked(), partitions);
    commits.sendQueued();
    drop(partitions);
  }

  @Override
  public void lost(int[] numbers) {
    List<Partition> partitions = new ArrayList<>();
    state.lock.lock();
    try {
      for (int number : numbers) {
        Partition p = state.owned(number);
        if (p != null) {
          partitions.add(p);
        }
      }
    } finally {
      state.lock.unlock();
    }
    if (partitions.isEmpty()) {
      return;
    }
    drop(partitions);
    call("onLost", options.onLost(), partitions);
  }

  /** Drops whatever is owned still, when the member is gone. */
  void dropAll() {
    List<Partition> owned;
    state.lock.lock();
    try {
      owned = state.owned();
    } finally {
      state.lock.unlock();
    }
    drop(owned);
  }

  private void drop(List<Partition> partitions) {
    List<Timer> timers = new ArrayList<>();
    state.lock.lock();
    try {
      for (Partition p : partitions) {
        Partition before = p.predecessor;
        state.disown(p);
        if (p.running) {
          lingering.put(p.number, p);
        } else if (before != null) {
          before.successor = null;
          lingering.put(p.number, before);
        }
        if (p.timer != null) {
          timers.add(p.timer);
          p.timer = null;
        }
      }
    } finally {
      state.lock.unlock();
    }
    timers.forEach(Timer::cancel);
  }

  private void call(
      String what, @Nullable PartitionsListener listener, List<Partition> partitions) {
    if (listener == null) {
      return;
    }
    Set<Integer> numbers = new TreeSet<>();
    for (Partition p : partitions) {
      numbers.add(p.number);
    }
    try {
      listener.changed(Collections.unmodifiableSet(numbers));
    } catch (RuntimeException | Error e) {
      callbackFailed(what, e);
    }
  }

  private MqException callbackFailed(String what, Throwable e) {
    String text = options.who() + ": " + what + " threw " + Dispatcher.name(e);
    MqException error =
        e instanceof MqException mq ? mq : new MqException(ErrorCode.HANDLER_FAILED, text, e);
    kernel.event(BrokerEvent.Type.CALLBACK_FAILED, options.address(), text, error);
    return error;
  }

  private static Set<Integer> set(int[] numbers) {
    Set<Integer> all = new TreeSet<>();
    for (int n : numbers) {
      all.add(n);
    }
    return Collections.unmodifiableSet(all);
  }
}
