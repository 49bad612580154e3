package dev.mq.core.log;

import dev.mq.api.Capability;
import dev.mq.api.CommitMode;
import dev.mq.api.GroupConsumer;
import dev.mq.api.Position;
import dev.mq.api.Positions;
import dev.mq.core.runtime.Kernel;
import dev.mq.spi.BackendLog;
import dev.mq.spi.GroupMember;
import dev.mq.spi.LogDriver;

/** Puts a group member together and joins. */
final class GroupStart {
  private GroupStart() {}

  static GroupConsumer start(Kernel kernel, GroupOptions options, RecordRunner runner) {
    String address = options.address();
    LogDriver driver = LogAccess.driver(kernel, "consume", address);
    if (options.start() instanceof Position.At) {
      kernel.capabilities().require(Capability.TIMESTAMP_SEEK);
    }
    BackendLog log = kernel.call("consume", address, () -> driver.open(options.log()));

    // "The end" means the end now, for all members and for ever, not whenever a partition is
    // assigned (G-11).
    boolean fromEnd = options.start() instanceof Position.End;
    Positions end = fromEnd ? kernel.call("consume", address, () -> driver.end(log)) : null;
    Position from = end == null ? whole(options.start()) : Position.of(end);
    Positions pinned = options.commit() instanceof CommitMode.Manual ? null : end;

    GroupState state = new GroupState();
    Commits commits = new Commits(kernel, options, state);
    Dispatcher dispatcher = new Dispatcher(kernel, options, state, commits, runner);
    Rebalance rebalance =
        new Rebalance(
            kernel,
            options,
            state,
            dispatcher,
            commits,
            pinned,
            () -> driver.committed(log, options.group()));
    GroupConsumerImpl consumer =
        new GroupConsumerImpl(kernel, options, state, dispatcher, commits, rebalance);
    GroupMember member =
        kernel.call(
            "consume",
            address,
            () -> driver.join(log, options.group(), from, GroupLoop.leastRoom(options), rebalance));
    GroupLoop loop =
        new GroupLoop(kernel, options, state, member, dispatcher, commits, consumer::ended);
    state.member(member);
    commits.member(member);
    rebalance.wire(member, loop);
    consumer.wire(loop);
    try {
      kernel.adopt(consumer, "consume", address);
    } catch (RuntimeException e) {
      member.close();
      throw e;
    }
    consumer.start();
    return consumer;
  }

  private static Position whole(Position start) {
    return start instanceof Position.At at ? Position.at(LogAccess.whole(at.time())) : start;
  }
}
