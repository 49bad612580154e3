package dev.mq.rabbit.internal;

import dev.mq.api.Binding;
import dev.mq.api.ExchangeSpec;
import dev.mq.rabbit.internal.connect.Connections;
import dev.mq.rabbit.internal.connect.Control;
import dev.mq.rabbit.internal.connect.NewQueues;
import dev.mq.rabbit.internal.publish.AmqpTarget;
import dev.mq.rabbit.internal.wire.HeaderTable;
import dev.mq.spi.BackendExchange;
import dev.mq.spi.ExchangeDriver;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The exchanges of RabbitMQ itself; a call returns when the broker has done it. Thread-safe. */
final class RabbitExchanges implements ExchangeDriver {
  private final Control control;
  private final Ephemeral ephemeral;
  private final NewQueues fresh;

  RabbitExchanges(Connections connections, Ephemeral ephemeral) {
    this.fresh = connections.newQueues();
    this.control = connections.control();
    this.ephemeral = ephemeral;
  }

  @Override
  public BackendExchange create(ExchangeSpec spec) {
    String type = spec.type().name().toLowerCase(Locale.ROOT);
    Map<String, Object> arguments = new HashMap<>();
    if (spec.alternate() != null) {
      arguments.put("alternate-exchange", spec.alternate());
    }
    Conflicts.declare(
        "exchange '" + spec.name() + "'",
        () ->
            control.call(
                "declare exchange:" + spec.name(),
                c -> c.exchangeDeclare(spec.name(), type, true, false, arguments)));
    return new AmqpTarget.Exchange(spec.name());
  }

  @Override
  public BackendExchange open(String name) {
    control.run("open exchange:" + name, c -> c.exchangeDeclarePassive(name));
    return new AmqpTarget.Exchange(name);
  }

  @Override
  public void delete(String name) {
    control.run("delete exchange:" + name, c -> c.exchangeDelete(name));
  }

  @Override
  public void bind(Binding b) {
    Map<String, Object> arguments = HeaderTable.arguments(b.arguments());
    fresh.await();
    control.run(
        "bind " + b,
        c ->
            b.kind() == Binding.Kind.QUEUE
                ? c.queueBind(b.destination(), b.exchange(), b.key(), arguments)
                : c.exchangeBind(b.destination(), b.exchange(), b.key(), arguments));
    ephemeral.bound(b, arguments);
  }

  @Override
  public void unbind(Binding b) {
    Map<String, Object> arguments = HeaderTable.arguments(b.arguments());
    ephemeral.unbound(b);
    control.run(
        "unbind " + b,
        c ->
            b.kind() == Binding.Kind.QUEUE
                ? c.queueUnbind(b.destination(), b.exchange(), b.key(), arguments)
                : c.exchangeUnbind(b.destination(), b.exchange(), b.key(), arguments));
  }
}
