package dev.mq.rabbit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Forwards connections to a broker until they are cut. Thread-safe. */
public final class CutProxy implements AutoCloseable {
  private final ServerSocket server;
  private final int target;
  private final Queue<Socket> open = new ConcurrentLinkedQueue<>();
  private volatile boolean swallowing;
  private volatile boolean refusing;

  /** Starts to listen. */
  public CutProxy(int target) throws IOException {
    this.target = target;
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  /** Returns where it listens. */
  public int listensOn() {
    return server.getLocalPort();
  }

  /** Closes all connections. */
  public void cut() throws IOException {
    for (Socket s = open.poll(); s != null; s = open.poll()) {
      s.close();
    }
  }

  /** Ends new connections at once, or lets them through again. */
  public void refuse(boolean on) {
    refusing = on;
  }

  /** Drops what the broker sends, or forwards it again. */
  public void swallow(boolean on) {
    swallowing = on;
  }

  private void accept() throws IOException {
    while (!server.isClosed()) {
      Socket client = server.accept();
      if (refusing) {
        client.close();
        continue;
      }
      start(() -> connect(client));
    }
  }

  private void connect(Socket client) throws IOException {
    open.add(client);
    try {
      Socket broker = new Socket(InetAddress.getLoopbackAddress(), target);
      open.add(broker);
      start(() -> forward(broker, client, true));
      forward(client, broker, false);
    } finally {
      client.close();
    }
  }

  private void forward(Socket from, Socket to, boolean answers) throws IOException {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[8192];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        if (!answers || !swallowing) {
          out.write(buffer, 0, n);
        }
      }
    }
  }

  private interface Body {
    void run() throws IOException;
  }

  private static void start(Body body) {
    Thread t =
        new Thread(
            () -> {
              try {
                body.run();
              } catch (IOException e) {
                // One side has closed.
              }
            },
            "cut-proxy");
    t.setDaemon(true);
    t.start();
  }

  @Override
  public void close() throws IOException {
    server.close();
    cut();
  }
}
