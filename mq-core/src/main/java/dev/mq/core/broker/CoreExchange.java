package dev.mq.core.broker;

import static java.util.Objects.requireNonNull;

import dev.mq.api.Binding;
import dev.mq.api.Capability;
import dev.mq.api.Exchange;
import dev.mq.api.Message;
import dev.mq.api.ProducerBuilder;
import dev.mq.api.Queue;
import dev.mq.api.RequesterBuilder;
import java.util.List;

/** A handle of an exchange. */
record CoreExchange(CoreBroker broker, String name) implements Exchange {
  @Override
  public String address() {
    return "exchange:" + name;
  }

  @Override
  public ProducerBuilder producer() {
    broker.capabilities().require(Capability.EXCHANGES);
    return broker.producers(this, p -> broker.topology().exchangeRoute(name));
  }

  @Override
  public void bind(String key, Queue queue) {
    broker.bind(Binding.toQueue(name, key, requireNonNull(queue, "queue").name()));
  }

  @Override
  public void unbind(String key, Queue queue) {
    broker.unbind(Binding.toQueue(name, key, requireNonNull(queue, "queue").name()));
  }

  @Override
  public RequesterBuilder requester() {
    return broker.requesters(this);
  }

  @Override
  public void delete() {
    broker.run("delete", address(), () -> broker.topology().deleteExchange(name));
  }

  @Override
  public List<String> route(Message message) {
    requireNonNull(message, "message");
    broker.capabilities().require(Capability.DRY_RUN_ROUTING);
    return broker.kernel().call("route", address(), () -> broker.topology().dryRun(name, message));
  }

  @Override
  public String toString() {
    return address();
  }
}
