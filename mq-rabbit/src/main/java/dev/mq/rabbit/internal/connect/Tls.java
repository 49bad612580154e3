package dev.mq.rabbit.internal.connect;

import dev.mq.api.ConfigException;
import dev.mq.spi.BackendConfig;
import dev.mq.spi.CommonKeys;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Whom to trust and who we are, as {@code mq.tls.*} says; files are read for each connection. */
final class Tls {
  private static final char[] IN_MEMORY = new char[0];

  private Tls() {}

  /** Returns a context with the configured trust and key, else with those of Java. */
  static SSLContext context(BackendConfig config) {
    String trust = config.find(CommonKeys.TLS_TRUST).orElse(null);
    String key = config.find(CommonKeys.TLS_KEY).orElse(null);
    String password = config.find(CommonKeys.TLS_KEY_PASSWORD).orElse(null);
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(key == null ? null : keys(key, password), trusted(trust), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new ConfigException("mq.tls.*: " + e, e);
    }
  }

  private static TrustManager @Nullable [] trusted(@Nullable String path)
      throws GeneralSecurityException, IOException {
    if (path == null) {
      return null;
    }
    KeyStore store = empty();
    int n = 0;
    for (Certificate c : certificates(CommonKeys.TLS_TRUST, read(CommonKeys.TLS_TRUST, path))) {
      store.setCertificateEntry("ca" + n++, c);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  private static KeyManager[] keys(String path, @Nullable String password)
      throws GeneralSecurityException, IOException {
    byte[] pem = read(CommonKeys.TLS_KEY, path);
    PrivateKey key = Pem.privateKey(pem, password);
    Certificate[] chain = certificates(CommonKeys.TLS_KEY, pem).toArray(Certificate[]::new);
    KeyStore store = empty();
    store.setKeyEntry("key", key, IN_MEMORY, chain);
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, IN_MEMORY);
    return factory.getKeyManagers();
  }

  private static KeyStore empty() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, IN_MEMORY);
    return store;
  }

  private static Collection<? extends Certificate> certificates(Object key, byte[] pem)
      throws GeneralSecurityException {
    Collection<? extends Certificate> all =
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(Pem.certificatesOnly(pem)));
    if (all.isEmpty()) {
      throw new ConfigException(key + ": the file has no certificate");
    }
    return all;
  }

  private static byte[] read(Object key, String path) {
    try {
      return Files.readAllBytes(Path.of(path));
    } catch (IOException e) {
      throw new ConfigException(key + ": cannot read " + path, e);
    }
  }
}
