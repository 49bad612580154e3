package dev.mq.spi;

/** The version of this service-provider interface. */
public final class Spi {
  /** Raised when a backend written for the previous version would not work unchanged. */
  public static final int VERSION = 1;

  private Spi() {}
}
