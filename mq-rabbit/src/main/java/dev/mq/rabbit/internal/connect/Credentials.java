package dev.mq.rabbit.internal.connect;

import dev.mq.api.ConfigException;
import dev.mq.spi.BackendConfig;
import dev.mq.spi.CommonKeys;
import org.jspecify.annotations.Nullable;

/**
 * Who logs in, and with what; read from the configuration for each connection. Immutable; its text
 * has no secret.
 */
public record Credentials(String username, String password) {
  private static final Credentials DEFAULT = new Credentials("guest", "guest");

  /**
   * Reads them: from {@link CommonKeys}, else from an address, else those of a fresh broker.
   *
   * @param userInfo of the address, or null
   */
  static Credentials read(BackendConfig config, @Nullable String userInfo) {
    String username = config.find(CommonKeys.AUTH_USERNAME).orElse(null);
    String password = config.find(CommonKeys.AUTH_PASSWORD).orElse(null);
    if (username == null && password == null) {
      return userInfo == null ? DEFAULT : parse(userInfo);
    }
    if (username == null || password == null) {
      throw new ConfigException(
          CommonKeys.AUTH_USERNAME + " and " + CommonKeys.AUTH_PASSWORD + " belong together");
    }
    return new Credentials(username, password);
  }

  private static Credentials parse(String userInfo) {
    int colon = userInfo.indexOf(':');
    return new Credentials(
        Endpoint.decoded(colon < 0 ? userInfo : userInfo.substring(0, colon)),
        colon < 0 ? "" : Endpoint.decoded(userInfo.substring(colon + 1)));
  }

  @Override
  public String toString() {
    return "Credentials[" + username + "]";
  }
}
