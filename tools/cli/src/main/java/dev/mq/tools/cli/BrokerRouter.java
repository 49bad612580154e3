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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks a broker: makes the topology under temporary names, publishes, looks what came out of which
 * queue, and takes everything away again. Used once.
 */
final class BrokerRouter {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration A_MOMENT = Duration.ofMillis(200);
  private static final int QUEUES_AT_ONCE = 8;
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
    publish(questions);
    Map<String, Set<String>> queuesOf = collect();
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

  private void publish(List<Question> questions) {
    Map<String, Producer> producers = new HashMap<>();
    try {
      for (int i = 0; i < questions.size(); i++) {
        Question question = questions.get(i);
        @Nullable Destination target = target(question);
        if (target != null) {
          Producer producer =
              producers.computeIfAbsent(target.address(), address -> target.producer().open());
          publish(producer, i, question);
        }
      }
    } finally {
      producers.values().forEach(Producer::close);
    }
  }

  private static void publish(Producer producer, int number, Question question) {
    Message message =
        Message.builder()
            .id(id(number))
            .routingKey(question.key())
            .headers(question.headers())
            .build();
    try {
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

  /** Returns the queues that each message came out of, by its id. */
  private Map<String, Set<String>> collect() {
    Map<String, Set<String>> queuesOf = new HashMap<>();
    ExecutorService threads = Executors.newFixedThreadPool(QUEUES_AT_ONCE);
    try {
      Map<String, Future<List<String>>> ids = new LinkedHashMap<>();
      queues.keySet().forEach(queue -> ids.put(queue, threads.submit(() -> collect(queue))));
      for (Map.Entry<String, Future<List<String>>> queue : ids.entrySet()) {
        for (String id : result(queue.getValue())) {
          queuesOf.computeIfAbsent(id, message -> new TreeSet<>()).add(queue.getKey());
        }
      }
      return queuesOf;
    } finally {
      end(threads);
    }
  }

  private static <T> T result(Future<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FailedException("interrupted");
    }
  }

  /** Waits also when one of the threads failed: nothing is taken away while others use it. */
  private static void end(ExecutorService threads) {
    threads.shutdownNow();
    try {
      boolean unused = threads.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private List<String> collect(String queue) {
    String temporary = queue(queue);
    try (Producer producer = broker.queue(temporary).producer().open()) {
      producer.send(Message.builder().id(SENTINEL).build());
    }
    boolean inOrder = broker.capabilities().has(Capability.QUEUE_FIFO);
    List<String> ids = new ArrayList<>();
    try (Receiver receiver = broker.queue(temporary).consumer().receiver()) {
      boolean complete = false;
      while (!complete || !inOrder) {
        Delivery delivery = receiver.receive(complete ? A_MOMENT : PATIENCE);
        if (delivery == null && complete) {
          break;
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
          ids.add(id);
        }
      }
    }
    return ids;
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
