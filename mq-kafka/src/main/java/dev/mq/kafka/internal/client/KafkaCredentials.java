package dev.mq.kafka.internal.client;

import static java.util.Objects.requireNonNull;

import dev.mq.spi.BackendConfig;
import dev.mq.spi.CommonKeys;
import java.util.List;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.sasl.AuthorizeCallback;
import javax.security.sasl.RealmCallback;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.scram.ScramExtensionsCallback;
import org.jspecify.annotations.Nullable;

/**
 * Answers the client library's question for user and password with what is configured at that
 * moment, so that a rotated secret is picked up by the next connection. Made by the library.
 */
public final class KafkaCredentials implements AuthenticateCallbackHandler {
  /** Where the client's settings carry the configuration to ask. */
  static final String CONFIG = "mq.config";

  private @Nullable BackendConfig config;

  /** Called by the library. */
  public KafkaCredentials() {}

  @Override
  public void configure(
      Map<String, ?> configs, String mechanism, List<AppConfigurationEntry> jaas) {
    config = (BackendConfig) configs.get(CONFIG);
  }

  @Override
  public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
    BackendConfig asked = requireNonNull(config);
    for (Callback callback : callbacks) {
      if (callback instanceof NameCallback name) {
        name.setName(asked.get(CommonKeys.AUTH_USERNAME));
      } else if (callback instanceof PasswordCallback password) {
        password.setPassword(asked.get(CommonKeys.AUTH_PASSWORD).toCharArray());
      } else if (callback instanceof RealmCallback realm) {
        realm.setText(realm.getDefaultText());
      } else if (callback instanceof AuthorizeCallback authorize) {
        authorize.setAuthorized(
            authorize.getAuthenticationID().equals(authorize.getAuthorizationID()));
      } else if (!(callback instanceof ScramExtensionsCallback)) {
        throw new UnsupportedCallbackException(callback);
      }
    }
  }

  @Override
  public void close() {}
}
