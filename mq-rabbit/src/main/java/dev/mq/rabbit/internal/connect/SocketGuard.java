package dev.mq.rabbit.internal.connect;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.impl.DefaultExceptionHandler;
import java.io.IOException;
import java.net.Socket;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The socket below one connection. A thread that writes to a peer which does not read holds the
 * locks that the client needs to end the connection, so only the socket's own end sets it free.
 * Thread-safe.
 */
final class SocketGuard extends DefaultExceptionHandler {
  private static final Logger LOG = LoggerFactory.getLogger(SocketGuard.class);

  private volatile @Nullable Socket socket;

  /** Remembers a socket that is about to be connected. */
  void use(Socket s) {
    socket = s;
  }

  /** Ends the socket at once, with what is written and not sent. Blocks for nobody. */
  void cut() {
    Socket s = socket;
    if (s == null) {
      return;
    }
    try {
      s.setSoLinger(true, 0);
    } catch (IOException e) {
      LOG.debug("the socket has ended before", e);
    }
    try {
      s.close();
    } catch (IOException e) {
      LOG.debug("closing the socket", e);
    }
  }

  /** Heartbeats are missing, or the socket is broken: the client is about to end the connection. */
  @Override
  public void handleUnexpectedConnectionDriverException(Connection conn, Throwable exception) {
    super.handleUnexpectedConnectionDriverException(conn, exception);
    cut();
  }

  /** What ends a connection is told as a loss; there is nothing to add. */
  @Override
  protected void log(String message, Throwable e) {
    LOG.debug(message, e);
  }
}
