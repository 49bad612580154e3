package dev.mq.tools.bench.remote;

import java.io.IOException;

/** One way to move messages to or from a broker. Each has loops of its own. */
interface RemoteArm extends AutoCloseable {
  /** Moves so many messages and returns what that cost, without what was needed to get ready. */
  Cost run(int count) throws Exception;

  @Override
  void close() throws IOException;
}
