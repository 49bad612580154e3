package dev.mq.tools.brokers;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LocalRabbitIT extends LocalBrokerContract<LocalRabbit> {

  LocalRabbitIT() {
    super("rabbit", LocalRabbit.builder().start());
  }

  @Override
  void store(String name) throws Exception {
    try (Connection connection = connect()) {
      connection.createChannel().queueDeclare(name, true, false, false, Map.of());
    }
  }

  @Override
  boolean holds(String name) throws Exception {
    try (Connection connection = connect()) {
      connection.createChannel().queueDeclarePassive(name);
      return true;
    } catch (IOException e) {
      if (e.getCause() instanceof ShutdownSignalException signal
          && signal.getReason() instanceof AMQP.Channel.Close close
          && close.getReplyCode() == AMQP.NOT_FOUND) {
        return false;
      }
      throw e;
    }
  }

  @Test
  void hasStreams() throws Exception {
    try (Connection connection = connect()) {
      connection
          .createChannel()
          .queueDeclare("streamed", true, false, false, Map.of("x-queue-type", "stream"));
    }
    assertTrue(Probe.connects("127.0.0.1", broker.streamPort(), 1_000));
  }

  private Connection connect() throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(broker.amqpUri());
    return factory.newConnection();
  }
}
