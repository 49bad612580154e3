package dev.mq.tools.brokers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.security.SecureRandom;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Free loopback ports below the range that systems take for outgoing connections.
 *
 * <p>From inside that range, another process's connection could occupy a stopped broker's port, and
 * a client that reconnects to it could even get connected to itself.
 */
final class Ports {
  private static final int FIRST = 15_000;
  private static final int LAST = 31_999;
  private static final int TRIES = 1_000;
  private static final SecureRandom RANDOM = new SecureRandom();

  /**
   * Ports handed out by this JVM; never handed out again, since a stopped broker keeps its port.
   */
  private static final Set<Integer> TAKEN = ConcurrentHashMap.newKeySet();

  private Ports() {}

  static int free() {
    for (int i = 0; i < TRIES; i++) {
      int port = FIRST + RANDOM.nextInt(LAST - FIRST + 1);
      if (TAKEN.add(port) && isFree(port)) {
        return port;
      }
    }
    throw new BrokerException("no free loopback port between " + FIRST + " and " + LAST);
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(false);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
