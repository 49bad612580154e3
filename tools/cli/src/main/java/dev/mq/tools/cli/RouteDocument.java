package dev.mq.tools.cli;

import dev.mq.api.Binding;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.ExchangeType;
import dev.mq.api.Headers;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.tools.cli.Failures.FailedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What {@code mq route} is asked.
 *
 * @param exchanges the exchanges
 * @param bindings the bindings; the queues they name exist
 * @param messages the messages to route
 */
record RouteDocument(
    List<ExchangeSpec> exchanges, List<Binding> bindings, List<Question> messages) {

  /**
   * A message to route.
   *
   * @param exchange where it is published; empty for the default exchange
   * @param key its routing key
   * @param headers its headers
   */
  record Question(String exchange, String key, Headers headers) {}

  static RouteDocument parse(String text) {
    Json root = Json.parse(text).object("exchanges", "bindings", "messages");
    List<ExchangeSpec> exchanges = new ArrayList<>();
    for (Json exchange : root.field("exchanges").elements()) {
      exchanges.add(exchange(exchange));
    }
    List<Binding> bindings = new ArrayList<>();
    for (Json binding : root.field("bindings").elements()) {
      bindings.add(binding(binding));
    }
    List<Question> messages = new ArrayList<>();
    for (Json message : root.field("messages").elements()) {
      messages.add(question(message));
    }
    return new RouteDocument(exchanges, bindings, messages);
  }

  /** Returns the queues that bindings name, in that order, each once. */
  List<String> queues() {
    return bindings.stream()
        .filter(binding -> binding.kind() == Binding.Kind.QUEUE)
        .map(Binding::destination)
        .distinct()
        .toList();
  }

  private static ExchangeSpec exchange(Json json) {
    json.object("name", "type", "alternate");
    String name = json.field("name").text();
    ExchangeType type = type(json.field("type"));
    Json alternate = json.optional("alternate");
    String other = alternate == null ? null : alternate.text();
    return allowed(json, () -> ExchangeSpec.builder(name, type).alternate(other).build());
  }

  private static ExchangeType type(Json json) {
    String text = json.text();
    for (ExchangeType type : ExchangeType.values()) {
      if (written(type).equals(text)) {
        return type;
      }
    }
    throw json.bad(
        "'"
            + text
            + "' is no type of exchange, known are "
            + Stream.of(ExchangeType.values())
                .map(RouteDocument::written)
                .collect(Collectors.joining(", ")));
  }

  private static String written(ExchangeType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  private static Binding binding(Json json) {
    json.object("exchange", "queue", "toExchange", "key", "arguments");
    String exchange = json.field("exchange").text();
    String key = json.field("key").text();
    Json queue = json.optional("queue");
    Json toExchange = json.optional("toExchange");
    if ((queue == null) == (toExchange == null)) {
      throw json.bad("needs either 'queue' or 'toExchange'");
    }
    String target = queue != null ? queue.text() : toExchange.text();
    Binding.Kind kind = queue != null ? Binding.Kind.QUEUE : Binding.Kind.EXCHANGE;
    Json arguments = json.optional("arguments");
    Headers headers = arguments == null ? Headers.empty() : arguments.headers();
    return allowed(json, () -> new Binding(exchange, kind, target, key, headers));
  }

  private static Question question(Json json) {
    json.object("exchange", "key", "headers");
    String exchange = json.field("exchange").text();
    String key = json.field("key").text();
    Json given = json.optional("headers");
    Headers headers = given == null ? Headers.empty() : given.headers();
    allowed(json, () -> Message.builder().routingKey(key).headers(headers).build());
    return new Question(exchange, key, headers);
  }

  /** A document of the right shape may still say what no broker takes. */
  private static <T> T allowed(Json json, Supplier<T> made) {
    try {
      return made.get();
    } catch (MqException e) {
      throw new FailedException(json.path() + ": " + e.getMessage());
    }
  }
}
