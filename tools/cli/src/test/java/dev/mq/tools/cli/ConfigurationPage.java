package dev.mq.tools.cli;

import dev.mq.core.config.ConsumerKeys;
import dev.mq.core.config.ProducerKeys;
import dev.mq.core.config.RuntimeKeys;
import dev.mq.spi.BackendProvider;
import dev.mq.spi.CommonKeys;
import dev.mq.spi.ConfigKey;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Writes docs/configuration.md from the declared keys. */
final class ConfigurationPage {
  static final String COMMAND =
      "./mvnw -q -Dquick -pl tools/cli -am test -Dtest=ConfigurationPageTest -Dmq.docs.write=true"
          + " -Dsurefire.failIfNoSpecifiedTests=false";

  private static final String INTRODUCTION =
      """
      # Configuration

      <!-- Generated. Change the declared keys or tools/cli's ConfigurationPage, then run:
      %s
      -->

      ```properties
      mq.backend=rabbit
      mq.topology=verify
      mq.consumers.email.concurrency=16
      mq.auth.username=orders
      mq.auth.password=${file:/run/secrets/mq-password}
      ```

      ## Where values come from

      The first of these that has a key wins:

      1. overrides in code: `BrokerConfig.builder().set(key, value)`
      2. system properties: `-Dmq.backend=kafka`
      3. environment variables: `MQ_BACKEND=kafka`
      4. the configuration file
      5. what the program says in code, such as `prefetch(10)` of a consumer builder; else the default below

      **File.** The one given to `BrokerConfig.file`, else the one that `mq.config` (`MQ_CONFIG`) names, else `mq.properties` in
      the working directory, else the one `mq.properties` on the class path; several there are an error. A file whose name ends in
      `.json` is JSON: nested objects become dotted keys, an array becomes a list with commas. Every other file has properties.
      Both are UTF-8. A key that is there twice is an error.

      **Environment.** The variable of a key is its name in upper case, with `_` in the place of everything that is neither an ASCII
      letter nor a digit: `mq.consumers.email.retry.max-attempts` is `MQ_CONSUMERS_EMAIL_RETRY_MAX_ATTEMPTS`. Keys are looked up
      in the environment, the environment is never searched for keys. So variables that others put there (`MQ_PORT`) do no harm, and
      a native setting is taken from the environment only when another source mentions it. A blank variable counts as not set.

      **Isolated.** `BrokerConfig.builder().isolated()` looks at nothing but code, and the file if one is given there.

      ## What is checked

      Everything is checked when a broker opens, before anything is sent. A value of the wrong type or range is an error that names the
      key and where the value came from. An unknown key in code or file is an error that names the nearest known key. An unknown
      system property is not used, and the report says so. Sections of other backends may be there, so that one file serves all;
      they are checked when that backend is on the class path. What only the environment says of a consumer or producer is checked when
      that one starts.

      `Broker.effectiveConfig()` is the report: every key in force, its value and where it came from.

      ## Secrets

      A value may hold `${env:NAME}` and `${file:PATH}` (the content of the file without white space at its ends). They are read at open
      and again whenever the backend asks, so that a reconnect uses a rotated password. One that cannot be read is an error. Write
      `$${` for a plain `${`. Secrets are never shown: not in errors, logs or the report, which shows a placeholder as it was written;
      user information in addresses is hidden, too.

      ## Several brokers

      `mq.brokers.<name>.*` configures a broker of its own: everything that may follow `mq.` may follow `mq.brokers.<name>.`, except
      `config` and `brokers`. What it does not say, it inherits from the top level, key by key. `Broker.open(name)` opens it, and a top-level
      key in code is about the broker that is opened. `Broker.open()` opens the one called `default`, else the only one, else, when
      none is named, the top level; several without a `default` are an error.

      ```properties
      mq.brokers.events.backend=kafka
      mq.brokers.tasks.backend=rabbit
      ```

      ## Names

      Names of brokers, consumers and producers may hold dots: a key is read from its end. A producer without a name has the address of its
      destination; in a properties file a colon needs a backslash: `mq.producers.queue\\:email.max-in-flight=10`.

      ## Values

      A duration is written `500ms`, `30s`, `5m`, `1h`, `7d` or in ISO-8601 (`PT30S`). An integer may hold `_`.
      """;

  private final StringBuilder page = new StringBuilder(INTRODUCTION.formatted(COMMAND));

  private ConfigurationPage() {}

  /** Returns the page. */
  static String of(Collection<? extends BackendProvider> backends) {
    ConfigurationPage p = new ConfigurationPage();
    p.section("Keys of every broker", "");
    p.table("", RuntimeKeys.ALL);
    p.table("", CommonKeys.ALL);
    p.section(
        "Keys of consumers: `mq.consumers.<name>.*`",
        "They win over what the program says in code: operations tune a consumer without a release. A consumer's name is its"
            + " queue's unless the program gives it one.");
    p.table("mq.consumers.<name>.", ConsumerKeys.ALL);
    p.section(
        "Keys of producers: `mq.producers.<name>.*`",
        "They win over what the program says in code.");
    p.table("mq.producers.<name>.", ProducerKeys.ALL);
    backends.stream().sorted(Comparator.comparing(BackendProvider::name)).forEach(p::backend);
    return p.page.toString();
  }

  private void backend(BackendProvider backend) {
    String prefix = "mq." + backend.name() + ".";
    section(
        "Keys of the backend " + backend.name() + ": `" + prefix + "*`",
        "Settings under `"
            + prefix
            + "native.` go to the client library as they are, where there is one; those that would break a"
            + " guarantee are refused.");
    table("", backend.keys());
  }

  private void section(String title, String text) {
    page.append("\n## ").append(title).append('\n');
    if (!text.isEmpty()) {
      page.append('\n').append(text).append('\n');
    }
  }

  private void table(String prefix, List<ConfigKey<?>> keys) {
    if (keys.isEmpty()) {
      return;
    }
    page.append("\n| Key | Type | Default | Meaning |\n|---|---|---|---|\n");
    for (ConfigKey<?> k : keys) {
      String byDefault = k.defaultText();
      page.append("| `").append(prefix).append(k.name()).append("` | ");
      page.append(cell(k.typeName())).append(" | ");
      page.append(byDefault == null ? "" : "`" + cell(byDefault) + "`").append(" | ");
      page.append(cell(k.doc())).append(" |\n");
    }
  }

  private static String cell(String text) {
    return text.replace("|", "\\|").replace("\n", " ");
  }
}
