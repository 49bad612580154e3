package dev.mq.core.log;

import static java.util.Objects.requireNonNull;

import dev.mq.api.Codec;
import dev.mq.api.LogReader;
import dev.mq.api.Position;
import dev.mq.api.ReaderBuilder;
import dev.mq.api.RecordHandler;
import dev.mq.core.runtime.Kernel;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Collects what a reader shall read. */
final class ReaderBuilderImpl<T extends @Nullable Object> implements ReaderBuilder<T> {
  private final Kernel kernel;
  private final String log;
  private Codec<?> codec = Codec.bytes();
  private Position from = Position.begin();

  /** Where to end, or null to follow. */
  private @Nullable Position to = Position.end();

  private int @Nullable [] partitions;
  private @Nullable Executor executor;

  ReaderBuilderImpl(Kernel kernel, String log) {
    this.kernel = requireNonNull(kernel, "kernel");
    this.log = requireNonNull(log, "log");
  }

  @Override
  @SuppressWarnings("unchecked") // the only thing that knows the type is the codec, set here
  public <U> ReaderBuilder<U> as(Codec<U> codec) {
    this.codec = requireNonNull(codec, "codec");
    return (ReaderBuilder<U>) this;
  }

  @Override
  public ReaderBuilder<T> from(Position from) {
    this.from = requireNonNull(from, "from");
    return this;
  }

  @Override
  public ReaderBuilder<T> to(Position to) {
    this.to = requireNonNull(to, "to");
    return this;
  }

  @Override
  public ReaderBuilder<T> follow() {
    this.to = null;
    return this;
  }

  @Override
  public ReaderBuilder<T> partitions(int... partitions) {
    if (requireNonNull(partitions, "partitions").length == 0) {
      throw LogAccess.invalid("read log:" + log + ": no partitions given");
    }
    this.partitions = partitions.clone();
    return this;
  }

  @Override
  public ReaderBuilder<T> executor(Executor executor) {
    this.executor = requireNonNull(executor, "executor");
    return this;
  }

  @Override
  public LogReader<T> open() {
    return reader();
  }

  @Override
  public LogReader<T> start(RecordHandler<T> handler) {
    requireNonNull(handler, "handler");
    LogReaderImpl<T> reader = reader();
    Executor handlers = executor;
    reader.start(
        new ReaderPump<>(kernel, reader, handler, handlers == null ? kernel.handlers() : handlers));
    return reader;
  }

  private LogReaderImpl<T> reader() {
    ReaderRange range = ReaderRange.open(kernel, log, from, to, partitions);
    LogReaderImpl<T> reader =
        new LogReaderImpl<>(kernel, log, range, new RecordDecoder<>(codec, log));
    try {
      kernel.adopt(reader, "read", "log:" + log);
    } catch (RuntimeException e) {
      reader.close();
      throw e;
    }
    return reader;
  }
}
