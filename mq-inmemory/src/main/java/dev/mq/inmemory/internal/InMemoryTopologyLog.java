package dev.mq.inmemory.internal;

import dev.mq.inmemory.internal.fault.FaultScript;
import dev.mq.inmemory.internal.log.MemoryTopologyLog;
import dev.mq.spi.TopologyLog;

/** The topology log as one session sees it. Thread-safe. */
final class InMemoryTopologyLog implements TopologyLog {
  private final InMemorySession session;
  private final MemoryTopologyLog log;

  InMemoryTopologyLog(InMemorySession session) {
    this.session = session;
    this.log = session.engine().topology();
  }

  @Override
  public long append(byte[] command) {
    session.checkOpen("change topology");
    return log.append(command);
  }

  @Override
  public void readEnd(EndCallback callback) {
    try {
      session.checkOpen("read topology");
    } catch (RuntimeException e) {
      callback.failed(e);
      return;
    }
    callback.end(log.end());
  }

  @Override
  public long endNow() {
    // A dead session follows no more, so its end is asked for, which tells why.
    return session.isOpen() ? log.end() : -1;
  }

  @Override
  public Subscription follow(Follower follower) {
    session.checkOpen("follow topology");
    FaultScript faults = session.engine().faults();
    String broker = session.broker();
    MemoryTopologyLog.Following f =
        log.follow(
            follower, () -> faults.topologyDelay(broker), () -> faults.topologyWasLate(broker));
    session.add(f);
    session.checkOpen("follow topology");
    return f::stop;
  }

  @Override
  public void trim(long below) {
    log.trim(below);
  }
}
