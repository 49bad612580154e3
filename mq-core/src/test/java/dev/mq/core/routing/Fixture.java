package dev.mq.core.routing;

import dev.mq.api.Binding;
import dev.mq.api.ExchangeSpec;
import dev.mq.api.Headers;
import dev.mq.api.QueueSpec;
import java.util.Set;
import java.util.TreeSet;

/** A state under test with short words for its commands. */
final class Fixture {
  final TopologyState state = new TopologyState();
  private final CommandIds ids = new CommandIds();
  private final RouteResult result = new RouteResult();

  Outcome exchange(ExchangeSpec spec) {
    return apply(new TopologyCommand.DeclareExchange(ids.next(), spec));
  }

  Outcome queue(String name) {
    return queue(QueueSpec.of(name), "1", null);
  }

  Outcome queue(QueueSpec spec, String incarnation, String ownerId) {
    return apply(new TopologyCommand.DeclareQueue(ids.next(), spec, incarnation, ownerId));
  }

  Outcome deleteQueue(String name, String incarnation) {
    return apply(new TopologyCommand.DeleteQueue(ids.next(), name, incarnation));
  }

  Outcome deleteExchange(String name) {
    return apply(new TopologyCommand.DeleteExchange(ids.next(), name));
  }

  Outcome bind(String exchange, String key, String queue) {
    return bind(Binding.toQueue(exchange, key, queue));
  }

  Outcome bind(Binding binding) {
    return apply(new TopologyCommand.Bind(ids.next(), binding));
  }

  Outcome unbind(Binding binding) {
    return apply(new TopologyCommand.Unbind(ids.next(), binding));
  }

  Outcome apply(TopologyCommand command) {
    return state.apply(state.offset() + 1, command);
  }

  Set<String> route(String exchange, String key) {
    return route(exchange, key, Headers.empty());
  }

  Set<String> route(String exchange, String key, Headers headers) {
    state.exchange(exchange).route(key, headers, result);
    Set<String> names = new TreeSet<>();
    for (int i = 0; i < result.count(); i++) {
      names.add(result.queue(i).name());
    }
    return names;
  }

  boolean matched() {
    return result.matched();
  }
}
