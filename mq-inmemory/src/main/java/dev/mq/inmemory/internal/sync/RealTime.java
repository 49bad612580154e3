package dev.mq.inmemory.internal.sync;

/**
 * The time that passes outside of every engine. Waits of threads are bounded by it, also under a
 * clock that stands still: a thread that waits must be able to come back. Nothing else looks at it.
 */
public final class RealTime {
  private RealTime() {}

  /** Returns nanoseconds since an arbitrary moment. */
  public static long nanoTime() {
    return System.nanoTime();
  }
}
