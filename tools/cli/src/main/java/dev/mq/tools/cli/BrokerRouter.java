package dev.mq.tools.cli;

import dev.mq.api.Binding;
import dev.mq.api.Broker;
import dev.mq.api.Capability;
import dev.mq.api.Delivery;
import dev.mq.api.Destination;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.Message;
import dev.mq.api.MqException;
import dev.mq.api.NotFoundException;
import dev.mq.api.Producer;
import dev.mq.api.QueueSpec;
import dev.mq.api.Receiver;
import dev.mq.api.Topology;
import dev.mq.api.UnroutableException;
import dev.mq.tools.cli.Failures.FailedException;
import dev.mq.tools.cli.RouteDocument.Question;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Asks a broker: makes the topology under temporary names, publishes, looks what came out of which
 * queue, and takes everything away again. Used once, by one thread.
 */
final class BrokerRouter {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration A_MOMENT = Duration.ofMillis(200);
  private static final String SENTINEL = "sentinel";

  private final Broker broker;
  private final RouteDocument document;
  private final String prefix = "route-" + UUID.randomUUID().toString().substring(0, 8);

  /**
   * Temporary names by those of the document; short, so that every name that is allowed can be
   * asked about.
   */
  private final Map<String, String> exchanges = new LinkedHashMap<>();

  private final Map<String, String> queues = new LinkedHashMap<>();

  /**
   * Stands for an alternate exchange that the document does not have: brokers allow that, and drop
   * what goes there.
   */
  private final String absent = prefix + "-absent";

  private BrokerRouter(Broker broker, RouteDocument document) {
    this.broker = broker;
    this.document = document;
    document.exchanges().forEach(spec -> exchanges.put(spec.name(), name("x", exchanges)));
    document.queues().forEach(queue -> queues.put(queue, name("q", queues)));
  }

  private String name(String kind, Map<String, String> known) {
    return prefix + "-" + kind + known.size();
  }

  /** Asks a broker that may be declared on. */
  static List<RouteAnswer> route(RouteDocument document, Broker broker) {
    BrokerRouter router = new BrokerRouter(broker, document);
    try {
      return router.ask();
    } catch (MqException e) {
      throw new MqException(e.code(), e.isDefinite(), e.isRetryable(), router.inTheirWords(e), e);
    } finally {
      router.remove();
    }
  }

  private List<RouteAnswer> ask() {
    broker.declare(topology());
    List<Question> questions = document.messages();
    for (int i = 0; i < questions.size(); i++) {
      publish(i, questions.get(i));
    }
    Map<String, Set<String>> queuesOf = new HashMap<>();
    queues.keySet().forEach(queue -> collect(queue, queuesOf));
    List<RouteAnswer> answers = new ArrayList<>();
    List<String> why = List.of("asked " + broker.backend() + ", which does not say why");
    for (int i = 0; i < questions.size(); i++) {
      List<String> reached = List.copyOf(queuesOf.getOrDefault(id(i), Set.of()));
      answers.add(
          new RouteAnswer(questions.get(i).exchange(), questions.get(i).key(), reached, why));
    }
    return answers;
  }

  private Topology topology() {
    Topology.Builder topology = Topology.builder();
    for (ExchangeSpec spec : document.exchanges()) {
      String alternate = spec.alternate();
      topology.exchange(
          ExchangeSpec.builder(exchange(spec.name()), spec.type())
              .alternate(alternate == null ? null : exchanges.getOrDefault(alternate, absent))
              .build());
    }
    queues.values().forEach(queue -> topology.queue(QueueSpec.of(queue)));
    for (Binding binding : document.bindings()) {
      boolean toQueue = binding.kind() == Binding.Kind.QUEUE;
      topology.bind(
          new Binding(
              exchange(binding.exchange()),
              binding.kind(),
              toQueue ? queue(binding.destination()) : exchange(binding.destination()),
              binding.key(),
              binding.arguments()));
    }
    return topology.build();
  }

  private String exchange(String name) {
    String temporary = exchanges.get(name);
    if (temporary == null) {
      throw new NotFoundException("route: exchange '" + name + "' does not exist");
    }
    return temporary;
  }

  private String queue(String name) {
    return queues.getOrDefault(name, "");
  }

  private static String id(int question) {
    return "question-" + question;
  }

  private void publish(int number, Question question) {
    @Nullable Destination target = target(question);
    if (target == null) {
      return;
    }
    Message message =
        Message.builder()
            .id(id(number))
            .routingKey(question.key())
            .headers(question.headers())
            .build();
    try (Producer producer = target.producer().open()) {
      producer.send(message);
    } catch (UnroutableException e) {
      // An answer as good as any: it is in no queue.
    }
  }

  /**
   * Returns where a message is published; null when it is for the default exchange and no queue has
   * the name of its key.
   */
  private @Nullable Destination target(Question question) {
    if (!question.exchange().isEmpty()) {
      return broker.exchange(exchange(question.exchange()));
    }
    String queue = queues.get(question.key());
    return queue == null ? null : broker.queue(queue);
  }

  private void collect(String queue, Map<String, Set<String>> queuesOf) {
    String temporary = queue(queue);
    try (Producer producer = broker.queue(temporary).producer().open()) {
      producer.send(Message.builder().id(SENTINEL).build());
    }
    boolean inOrder = broker.capabilities().has(Capability.QUEUE_FIFO);
    try (Receiver receiver = broker.queue(temporary).consumer().receiver()) {
      boolean complete = false;
      while (!complete || !inOrder) {
        Delivery delivery = receiver.receive(complete ? A_MOMENT : PATIENCE);
        if (delivery == null && complete) {
          return;
        }
        if (delivery == null) {
          throw new FailedException(
              "queue '" + queue + "' did not hand out what is in it within " + PATIENCE);
        }
        delivery.ack();
        String id = delivery.message().id();
        if (id.equals(SENTINEL)) {
          complete = true;
        } else {
          queuesOf.computeIfAbsent(id, question -> new TreeSet<>()).add(queue);
        }
      }
    }
  }

  private void remove() {
    exchanges.values().forEach(name -> broker.exchange(name).delete());
    queues.values().forEach(name -> broker.queue(name).delete());
  }

  /** Returns the text of an error with the names of the document instead of the temporary ones. */
  private String inTheirWords(MqException e) {
    String text = String.valueOf(e.getMessage());
    for (Map<String, String> names : List.of(exchanges, queues)) {
      for (Map.Entry<String, String> name : names.entrySet()) {
        text = text.replace("'" + name.getValue() + "'", "'" + name.getKey() + "'");
      }
    }
    return text;
  }
}
