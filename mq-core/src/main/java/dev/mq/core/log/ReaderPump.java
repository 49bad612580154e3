package dev.mq.core.log;

import dev.mq.api.ErrorCode;
import dev.mq.api.LogRecord;
import dev.mq.api.MqException;
import dev.mq.api.RecordHandler;
import dev.mq.core.runtime.Kernel;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Hands the records of a reader to a handler: a thread of its own receives, the executor handles
 * what was received, and only then more is received. So a slow handler holds one batch and no more,
 * and the executor is held only while there is work.
 */
final class ReaderPump<T extends @Nullable Object> implements Runnable {
  private final Kernel kernel;
  private final LogReaderImpl<T> reader;
  private final RecordHandler<T> handler;
  private final Executor executor;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean busy;
  private @Nullable Thread handling;
  private @Nullable MqException failure;

  ReaderPump(Kernel kernel, LogReaderImpl<T> reader, RecordHandler<T> handler, Executor executor) {
    this.kernel = kernel;
    this.reader = reader;
    this.handler = handler;
    this.executor = executor;
  }

  @Override
  public void run() {
    MqException error = null;
    try {
      while (error == null && reader.awaitRecord()) {
        error = handleReceived();
      }
    } catch (RuntimeException e) {
      error = kernel.wrap(e, "read", reader.address());
    }
    if (error != null) {
      reader.end(error);
    }
    reader.close();
  }

  private @Nullable MqException handleReceived() {
    lock.lock();
    try {
      busy = true;
    } finally {
      lock.unlock();
    }
    try {
      executor.execute(this::handle);
    } catch (RejectedExecutionException e) {
      idle(null);
      return new MqException(
          ErrorCode.CLOSED, "read " + reader.address() + ": the executor takes no tasks", e);
    }
    lock.lock();
    try {
      while (busy && !reader.isClosed()) {
        changed.awaitUninterruptibly();
      }
      return failure;
    } finally {
      lock.unlock();
    }
  }

  private void handle() {
    lock.lock();
    try {
      handling = Thread.currentThread();
    } finally {
      lock.unlock();
    }
    MqException error = null;
    try {
      for (LogRecord<T> r = reader.takeIfAny(); r != null; r = reader.takeIfAny()) {
        handler.handle(r);
      }
    } catch (Throwable e) { // whatever a handler throws ends the reader, and nothing else
      error = failed(e);
    } finally {
      Thread.interrupted(); // an interrupt meant for the handler stays with it
      idle(error);
    }
  }

  private @Nullable MqException failed(Throwable e) {
    if (e instanceof MqException mq) {
      return reader.isClosed() && mq.code() == ErrorCode.CLOSED ? null : mq;
    }
    String text = "handle record of " + reader.address() + ": " + Dispatcher.name(e);
    return new MqException(ErrorCode.HANDLER_FAILED, false, false, text, e);
  }

  private void idle(@Nullable MqException error) {
    lock.lock();
    try {
      busy = false;
      handling = null;
      failure = error;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until no handler runs, unless that is the one that calls; returns whether that is so. */
  boolean awaitIdle(long nanos) {
    long left = nanos;
    boolean interrupted = false;
    lock.lock();
    try {
      changed.signalAll();
      while (busy && handling != Thread.currentThread() && left > 0 && !interrupted) {
        try {
          left = changed.awaitNanos(left);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      return !busy || handling == Thread.currentThread();
    } finally {
      lock.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
