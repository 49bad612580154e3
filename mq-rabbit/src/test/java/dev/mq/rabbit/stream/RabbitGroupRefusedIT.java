package dev.mq.rabbit.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mq.api.Broker;
import dev.mq.api.GroupConsumer;
import dev.mq.tools.brokers.LocalRabbit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** A broker that takes no message for the lease of a group, as a queue without a leader does. */
final class RabbitGroupRefusedIT extends LogFixture {
  private int managementPort;

  @Override
  LocalRabbit.Builder node() {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      managementPort = free.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return LocalRabbit.builder()
        .plugin("rabbitmq_management")
        .setting("management.tcp.ip", "127.0.0.1")
        .setting("management.tcp.port", Integer.toString(managementPort));
  }

  @Test
  void aMemberWhoseMessagesAreRefusedJoinsAgainUntilTheyAreTaken() throws Exception {
    Broker broker = open();
    declare(broker, 1);
    append(broker, "r", 10);
    Set<String> seen = ConcurrentHashMap.newKeySet();
    GroupConsumer first = join(broker, seen);
    await().atMost(LONG).until(() -> seen.size() == 10);
    assertThat(first.close(LONG)).isTrue();

    String lease = "mq.lease.g/" + name + "-0";
    foreignMessages(lease);
    refuseWhatIsPublishedTo(lease);
    seen.clear();
    GroupConsumer second = join(broker, seen);
    await().atMost(LONG).until(() -> second.assigned().size() == 1);
    append(broker, "s", 10);
    await().atMost(LONG).until(() -> seen.size() >= 10);
    assertThat(seen).contains("s0", "s9");
  }

  private GroupConsumer join(Broker broker, Set<String> seen) {
    return broker.log(name).group("g").start(r -> seen.add(r.message().text()));
  }

  /** More than a member is handed at once; it takes them away as it sees them. */
  private void foreignMessages(String queue) throws Exception {
    amqp(
        channel -> {
          channel.confirmSelect();
          for (int i = 0; i < 3_000; i++) {
            channel.basicPublish("", queue, null, new byte[0]);
          }
          return channel.waitForConfirms(LONG.toMillis());
        });
  }

  /** Limits a queue to nothing, and waits until that holds. */
  private void refuseWhatIsPublishedTo(String queue) throws Exception {
    String policy =
        "{\"pattern\":\"^mq[.]lease[.]\",\"apply-to\":\"queues\","
            + "\"definition\":{\"max-length\":0,\"overflow\":\"reject-publish\"}}";
    String guest = Base64.getEncoder().encodeToString("guest:guest".getBytes(UTF_8));
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + managementPort + "/api/policies/%2F/full"))
                    .version(HttpClient.Version.HTTP_1_1)
                    .header("Authorization", "Basic " + guest)
                    .header("Content-Type", "application/json")
                    .PUT(HttpRequest.BodyPublishers.ofString(policy))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    await()
        .atMost(LONG)
        .until(
            () ->
                amqp(
                    channel -> {
                      channel.confirmSelect();
                      channel.basicPublish("", queue, null, new byte[0]);
                      return !channel.waitForConfirms(LONG.toMillis());
                    }));
  }
}
