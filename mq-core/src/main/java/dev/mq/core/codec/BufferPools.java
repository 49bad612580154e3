package dev.mq.core.codec;

import com.fasterxml.jackson.core.util.BufferRecycler;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.core.util.RecyclerPool;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * Lends Jackson its buffers: one set per platform thread, and a shared pool to virtual threads,
 * which are too many and too short-lived to own one each.
 */
final class BufferPools implements RecyclerPool<BufferRecycler> {
  private static final long serialVersionUID = 1L;

  /** {@code Thread.isVirtual}, or null on a JDK that has none. */
  private static final @Nullable MethodHandle IS_VIRTUAL = isVirtual();

  private final RecyclerPool<BufferRecycler> perThread = JsonRecyclerPools.threadLocalPool();
  private final RecyclerPool<BufferRecycler> shared = JsonRecyclerPools.newConcurrentDequePool();

  /** A buffer is linked to the pool it came from and returns there by itself. */
  @Override
  public BufferRecycler acquireAndLinkPooled() {
    return (virtual() ? shared : perThread).acquireAndLinkPooled();
  }

  @Override
  public BufferRecycler acquirePooled() {
    return perThread.acquirePooled();
  }

  @Override
  public void releasePooled(BufferRecycler buffer) {
    perThread.releasePooled(buffer);
  }

  private static boolean virtual() {
    if (IS_VIRTUAL == null) {
      return false;
    }
    try {
      return (boolean) IS_VIRTUAL.invokeExact(Thread.currentThread());
    } catch (Throwable e) {
      throw new LinkageError("Thread.isVirtual", e);
    }
  }

  private static @Nullable MethodHandle isVirtual() {
    try {
      return MethodHandles.publicLookup()
          .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
    } catch (ReflectiveOperationException e) {
      return null;
    }
  }
}
