package dev.mq.rabbit.internal.connect;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One address of a node. Immutable; its text has no secret.
 *
 * @param host name or address, without the brackets of IPv6
 * @param userInfo {@code user:password} as it was written, or null
 */
public record Endpoint(
    String host, int port, boolean tls, String virtualHost, @Nullable String userInfo) {
  static List<Endpoint> parseAmqp(String text) {
    return parse(text, "amqp", 5672, "amqps", 5671);
  }

  static List<Endpoint> parseStream(String text) {
    return parse(text, "rabbitmq-stream", 5552, "rabbitmq-stream+tls", 5551);
  }

  private static List<Endpoint> parse(
      String text, String plain, int plainPort, String tls, int tlsPort) {
    List<Endpoint> all = new ArrayList<>();
    for (String one : text.split(",", -1)) {
      URI uri;
      try {
        uri = new URI(one.strip());
      } catch (URISyntaxException e) {
        throw new IllegalArgumentException("expected addresses such as " + plain + "://HOST");
      }
      boolean secure = tls.equals(uri.getScheme());
      if (!secure && !plain.equals(uri.getScheme())) {
        throw new IllegalArgumentException("expected " + plain + "://... or " + tls + "://...");
      }
      if (uri.getHost() == null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
        throw new IllegalArgumentException(
            "expected " + uri.getScheme() + "://HOST, with no parameters");
      }
      String host = uri.getHost();
      all.add(
          new Endpoint(
              host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
              uri.getPort() > 0 ? uri.getPort() : secure ? tlsPort : plainPort,
              secure,
              virtualHost(uri.getRawPath()),
              uri.getRawUserInfo()));
    }
    return List.copyOf(all);
  }

  /** No path is the default virtual host; one slash alone is that of the empty name. */
  private static String virtualHost(@Nullable String path) {
    if (path == null || path.isEmpty()) {
      return "/";
    }
    String name = path.substring(1);
    if (name.indexOf('/') >= 0) {
      throw new IllegalArgumentException("a slash in the virtual host is written as '%' and '2f'");
    }
    return decoded(name);
  }

  static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
