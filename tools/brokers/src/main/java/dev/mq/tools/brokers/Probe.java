package dev.mq.tools.brokers;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;

/** The shortest exchange that shows a broker to be serving, without a client library. */
final class Probe {
  private static final byte[] AMQP_HEADER = {'A', 'M', 'Q', 'P', 0, 0, 9, 1};

  /** Request 18 (ApiVersions) version 0, correlation id 1, client id "p", with its length ahead. */
  private static final byte[] API_VERSIONS = {0, 0, 0, 11, 0, 18, 0, 0, 0, 0, 0, 1, 0, 1, 'p'};

  private Probe() {}

  static boolean kafka(String host, int port, int timeoutMillis) {
    byte[] answer = exchange(host, port, API_VERSIONS, 8, timeoutMillis);
    return answer.length == 8 && answer[7] == 1;
  }

  static boolean rabbit(String host, int port, int timeoutMillis) {
    byte[] answer = exchange(host, port, AMQP_HEADER, 1, timeoutMillis);
    // A method frame, or else the header that the server would rather have.
    return answer.length == 1 && (answer[0] == 1 || answer[0] == 'A');
  }

  static boolean connects(String host, int port, int timeoutMillis) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), timeoutMillis);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static byte[] exchange(String host, int port, byte[] request, int n, int timeoutMillis) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), timeoutMillis);
      socket.setSoTimeout(timeoutMillis);
      socket.getOutputStream().write(request);
      InputStream in = socket.getInputStream();
      return in.readNBytes(n);
    } catch (IOException e) {
      return new byte[0];
    }
  }
}
