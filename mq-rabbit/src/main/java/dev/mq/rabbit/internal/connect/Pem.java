package dev.mq.rabbit.internal.connect;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.mq.api.ConfigException;
import dev.mq.spi.CommonKeys;
import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;

/** Private keys and certificates as text. */
final class Pem {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

  private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

  private Pem() {}

  /** Returns the certificates of a file that may hold a key, too. */
  static byte[] certificatesOnly(byte[] pem) {
    StringBuilder only = new StringBuilder();
    Matcher m = BLOCK.matcher(new String(pem, US_ASCII));
    while (m.find()) {
      if (m.group(1).equals("CERTIFICATE")) {
        only.append(m.group()).append('\n');
      }
    }
    return only.toString().getBytes(US_ASCII);
  }

  /** Returns the one private key, in PKCS #8, encrypted or not. */
  static PrivateKey privateKey(byte[] pem, @Nullable String password)
      throws GeneralSecurityException, IOException {
    Matcher m = BLOCK.matcher(new String(pem, US_ASCII));
    while (m.find()) {
      byte[] der = Base64.getMimeDecoder().decode(m.group(2));
      switch (m.group(1)) {
        case "PRIVATE KEY" -> {
          return key(new PKCS8EncodedKeySpec(der));
        }
        case "ENCRYPTED PRIVATE KEY" -> {
          return key(decrypted(der, password));
        }
        case "RSA PRIVATE KEY", "EC PRIVATE KEY" ->
            throw new ConfigException(
                CommonKeys.TLS_KEY + ": the key must be in PKCS #8 ('openssl pkcs8 -topk8')");
        default -> {}
      }
    }
    throw new ConfigException(CommonKeys.TLS_KEY + ": the file has no private key");
  }

  private static PKCS8EncodedKeySpec decrypted(byte[] der, @Nullable String password)
      throws GeneralSecurityException, IOException {
    if (password == null) {
      throw new ConfigException(CommonKeys.TLS_KEY_PASSWORD + ": the key is encrypted");
    }
    EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(der);
    AlgorithmParameters parameters = info.getAlgParameters();
    // For PBES2 the parameters' text is the name of the whole algorithm.
    String algorithm = parameters == null ? info.getAlgName() : parameters.toString();
    Cipher cipher = Cipher.getInstance(algorithm);
    cipher.init(
        Cipher.DECRYPT_MODE,
        SecretKeyFactory.getInstance(algorithm)
            .generateSecret(new PBEKeySpec(password.toCharArray())),
        parameters);
    return info.getKeySpec(cipher);
  }

  private static PrivateKey key(PKCS8EncodedKeySpec spec) throws GeneralSecurityException {
    GeneralSecurityException last = null;
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (GeneralSecurityException e) {
        last = e;
      }
    }
    throw new ConfigException(CommonKeys.TLS_KEY + ": a key of an unknown kind", last);
  }
}
