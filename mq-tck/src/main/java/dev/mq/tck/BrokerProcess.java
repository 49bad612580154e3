package dev.mq.tck;

/** The process of a broker, in the hands of a test. */
public interface BrokerProcess {
  /** Ends it by SIGKILL, as a crash would, and waits for its end. Its data stays. */
  void kill();

  /** Starts it again on its address and data; returns when it serves clients. */
  void start();
}
