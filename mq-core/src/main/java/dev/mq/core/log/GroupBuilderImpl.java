package dev.mq.core.log;

import static java.util.Objects.requireNonNull;

import dev.mq.api.AssignedListener;
import dev.mq.api.Codec;
import dev.mq.api.CommitMode;
import dev.mq.api.ErrorCode;
import dev.mq.api.Failure;
import dev.mq.api.GroupBuilder;
import dev.mq.api.GroupConsumer;
import dev.mq.api.MqException;
import dev.mq.api.PartitionsListener;
import dev.mq.api.Position;
import dev.mq.api.RecordBatchHandler;
import dev.mq.api.RecordHandler;
import dev.mq.core.config.ConsumerKeys;
import dev.mq.core.config.Section;
import dev.mq.core.runtime.Kernel;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Collects what a group member shall be; what the configuration says wins. */
final class GroupBuilderImpl<T extends @Nullable Object> implements GroupBuilder<T> {
  private final Kernel kernel;
  private final String log;
  private final String group;
  private Codec<?> codec = Codec.bytes();
  private String name;
  private Position start = Position.begin();
  private int concurrency = 16;
  private int batchSize = 500;
  private CommitMode commit = CommitMode.afterBatch();
  private Failure failure = Failure.retryForever();
  private Duration closeTimeout = Duration.ofSeconds(30);
  private @Nullable Executor executor;
  private @Nullable AssignedListener onAssigned;
  private @Nullable PartitionsListener onRevoked;
  private @Nullable PartitionsListener onLost;

  GroupBuilderImpl(Kernel kernel, String log, String group) {
    this.kernel = requireNonNull(kernel, "kernel");
    this.log = requireNonNull(log, "log");
    this.group = requireNonNull(group, "group");
    this.name = group;
  }

  @Override
  @SuppressWarnings("unchecked") // the only thing that knows the type is the codec, set here
  public <U> GroupBuilder<U> as(Codec<U> codec) {
    this.codec = requireNonNull(codec, "codec");
    return (GroupBuilder<U>) this;
  }

  @Override
  public GroupBuilder<T> name(String name) {
    this.name = requireNonNull(name, "name");
    return this;
  }

  @Override
  public GroupBuilder<T> startAt(Position position) {
    this.start = requireNonNull(position, "position");
    return this;
  }

  @Override
  public GroupBuilder<T> concurrency(int concurrency) {
    this.concurrency = atLeastOne("concurrency", concurrency);
    return this;
  }

  @Override
  public GroupBuilder<T> commit(CommitMode mode) {
    this.commit = requireNonNull(mode, "mode");
    return this;
  }

  @Override
  public GroupBuilder<T> onFailure(Failure failure) {
    String destination = requireNonNull(failure, "failure").deadLetter();
    if (destination != null) {
      DeadLetters.check(destination);
    }
    this.failure = failure;
    return this;
  }

  @Override
  public GroupBuilder<T> batchSize(int records) {
    this.batchSize = atLeastOne("batchSize", records);
    return this;
  }

  @Override
  public GroupBuilder<T> onAssigned(AssignedListener listener) {
    this.onAssigned = requireNonNull(listener, "listener");
    return this;
  }

  @Override
  public GroupBuilder<T> onRevoked(PartitionsListener listener) {
    this.onRevoked = requireNonNull(listener, "listener");
    return this;
  }

  @Override
  public GroupBuilder<T> onLost(PartitionsListener listener) {
    this.onLost = requireNonNull(listener, "listener");
    return this;
  }

  @Override
  public GroupBuilder<T> closeTimeout(Duration timeout) {
    if (requireNonNull(timeout, "timeout").isNegative()) {
      throw new MqException(
          ErrorCode.INVALID_ARGUMENT, "closeTimeout must not be negative, is " + timeout);
    }
    this.closeTimeout = timeout;
    return this;
  }

  @Override
  public GroupBuilder<T> executor(Executor executor) {
    this.executor = requireNonNull(executor, "executor");
    return this;
  }

  @Override
  public GroupConsumer start(RecordHandler<T> handler) {
    requireNonNull(handler, "handler");
    return GroupStart.start(
        kernel, options(), new SingleRunner<>(new RecordDecoder<>(codec, log), handler));
  }

  @Override
  public GroupConsumer startBatch(RecordBatchHandler<T> handler) {
    requireNonNull(handler, "handler");
    return GroupStart.start(
        kernel, options(), new BatchRunner<>(new RecordDecoder<>(codec, log), handler));
  }

  private GroupOptions options() {
    Section section = kernel.configuration().consumer(name);
    Executor handlers = executor;
    return new GroupOptions(
        log,
        group,
        name,
        start,
        Math.toIntExact(section.get(ConsumerKeys.CONCURRENCY, (long) concurrency)),
        Math.toIntExact(section.get(ConsumerKeys.BATCH_SIZE, (long) batchSize)),
        commit,
        failure,
        section.get(ConsumerKeys.CLOSE_TIMEOUT, closeTimeout),
        handlers == null ? kernel.handlers() : handlers,
        onAssigned,
        onRevoked,
        onLost);
  }

  private static int atLeastOne(String what, int n) {
    if (n < 1) {
      throw new MqException(ErrorCode.INVALID_ARGUMENT, what + " must be at least 1, is " + n);
    }
    return n;
  }
}
