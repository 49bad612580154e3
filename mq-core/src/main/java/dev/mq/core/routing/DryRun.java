package dev.mq.core.routing;

import static java.util.Objects.requireNonNull;

import dev.mq.api.Binding;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.Headers;
import dev.mq.api.NotFoundException;
import dev.mq.api.QueueSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Answers where messages would go, without a broker. The queues are those that the bindings name.
 * Not thread-safe.
 */
public final class DryRun {
  private final TopologyState state = new TopologyState();
  private final CommandIds ids = new CommandIds();

  /**
   * A message as far as routing looks at it.
   *
   * @param exchange where it is published; empty for the default exchange
   * @param routingKey its routing key
   * @param headers its headers
   */
  public record Message(String exchange, String routingKey, Headers headers) {
    /** Checks for nulls. */
    public Message {
      requireNonNull(exchange, "exchange");
      requireNonNull(routingKey, "routingKey");
      requireNonNull(headers, "headers");
    }
  }

  /**
   * Where one message goes.
   *
   * @param message the message
   * @param queues the queues in the order of their names, each once; empty when it is unroutable
   */
  public record Answer(Message message, List<Target> queues) {
    /** Copies the list. */
    public Answer {
      requireNonNull(message, "message");
      queues = List.copyOf(queues);
    }
  }

  /**
   * A queue that a message reaches.
   *
   * @param queue its name
   * @param why every binding that leads there with the way to it, or the default exchange
   */
  public record Target(String queue, List<String> why) {
    /** Copies the list. */
    public Target {
      requireNonNull(queue, "queue");
      why = List.copyOf(why);
    }
  }

  /**
   * Sets up exchanges and bindings.
   *
   * @throws dev.mq.api.DeclarationConflictException when two exchanges of one name differ
   * @throws NotFoundException when a binding names an exchange that is not there
   * @throws dev.mq.api.MqException with {@code INVALID_ARGUMENT} when an exchange refuses a binding
   */
  public DryRun(List<ExchangeSpec> exchanges, List<Binding> bindings) {
    exchanges.forEach(x -> run(new TopologyCommand.DeclareExchange(ids.next(), x)));
    for (Binding b : bindings) {
      if (b.kind() == Binding.Kind.QUEUE) {
        queue(b.destination());
      }
      run(new TopologyCommand.Bind(ids.next(), b));
    }
  }

  /** Adds a queue that no binding names, so that the default exchange can lead to it. */
  public void queue(String name) {
    run(new TopologyCommand.DeclareQueue(ids.next(), QueueSpec.of(name), "", null));
  }

  /**
   * Answers for one message.
   *
   * @throws NotFoundException when its exchange is not there
   */
  public Answer route(Message message) {
    ExchangeNode exchange = state.exchange(message.exchange());
    if (exchange == null) {
      throw new NotFoundException("route: exchange '" + message.exchange() + "' does not exist");
    }
    Map<String, List<String>> why = exchange.explain(message.routingKey(), message.headers());
    List<Target> targets = new ArrayList<>();
    why.forEach((queue, reasons) -> targets.add(new Target(queue, reasons)));
    return new Answer(message, targets);
  }

  /** Answers for several messages, in their order. */
  public List<Answer> route(List<Message> messages) {
    return messages.stream().map(this::route).toList();
  }

  private void run(TopologyCommand command) {
    state.apply(state.offset() + 1, command).orThrow();
  }
}
