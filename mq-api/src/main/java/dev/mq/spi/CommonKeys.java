package dev.mq.spi;

import java.util.List;

/**
 * The keys that mean the same to every backend. A backend reads them through {@link BackendConfig}
 * without declaring them.
 *
 * <p>There is no key that trusts every certificate. The only weaker mode is {@link
 * #TLS_VERIFY_HOSTNAME} set to false; the runtime logs one warning for it when a broker opens, a
 * backend logs none (S-03).
 */
public final class CommonKeys {
  /** Who logs in. */
  public static final ConfigKey<String> AUTH_USERNAME =
      ConfigKey.text("mq.auth.username", null, "The user to log in as.");

  /** With what; asked for again at every reconnect, so that a rotated secret is picked up. */
  public static final ConfigKey<String> AUTH_PASSWORD =
      ConfigKey.secret(
          "mq.auth.password", "The password to log in with; best written as a placeholder.");

  /** Whom to trust. */
  public static final ConfigKey<String> TLS_TRUST =
      ConfigKey.text(
          "mq.tls.trust",
          null,
          "Path of a PEM file with the certificates to trust; without it those that Java trusts.");

  /** Who we are. */
  public static final ConfigKey<String> TLS_KEY =
      ConfigKey.text(
          "mq.tls.key",
          null,
          "Path of a PEM file with the private key of this client and its certificate chain.");

  /** What the private key is encrypted with. */
  public static final ConfigKey<String> TLS_KEY_PASSWORD =
      ConfigKey.secret(
          "mq.tls.key-password", "The password of the private key, when it is encrypted.");

  /** Whether the certificate must be of the host that was asked for. */
  public static final ConfigKey<Boolean> TLS_VERIFY_HOSTNAME =
      ConfigKey.flag(
          "mq.tls.verify-hostname",
          true,
          "Whether the server's certificate must name the host connected to; false is insecure and logs a warning.");

  /** All of them, in the order of the documentation. */
  public static final List<ConfigKey<?>> ALL =
      List.of(
          AUTH_USERNAME, AUTH_PASSWORD, TLS_TRUST, TLS_KEY, TLS_KEY_PASSWORD, TLS_VERIFY_HOSTNAME);

  private CommonKeys() {}
}
