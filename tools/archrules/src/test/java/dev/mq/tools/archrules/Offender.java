package dev.mq.tools.archrules;

import com.tngtech.archunit.core.domain.JavaClass;

/** Breaks every rule about code that can be broken without a second module. */
@SuppressWarnings("unused")
public final class Offender {
  /** Does not descend from the root exception. */
  @SuppressWarnings("serial")
  public static final class StrayException extends Exception {}

  /** Prints. */
  public void print() {
    System.out.println("printed");
  }

  /** Sleeps. */
  public void sleep() throws InterruptedException {
    Thread.sleep(1);
  }

  /** Reads the clock. */
  public long readClock() {
    return System.nanoTime();
  }

  /** Makes a thread. */
  public Thread makeThread() {
    return new Thread(this::print);
  }

  /** Shows a library's type. */
  public JavaClass show(JavaClass type) {
    return type;
  }

  /** May show it. */
  public JavaClass unwrap(JavaClass type) {
    return type;
  }
}
