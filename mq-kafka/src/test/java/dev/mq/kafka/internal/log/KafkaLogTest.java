package dev.mq.kafka.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mq.api.NotFoundException;
import dev.mq.kafka.internal.client.OfflineClients;
import java.util.List;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class KafkaLogTest {
  private final OfflineClients offline = new OfflineClients();
  private final TopicDescription topic = described("log", Uuid.randomUuid());
  private final KafkaLog log = new KafkaLog(offline.clients(), "log", topic);

  static TopicDescription described(String topic, Uuid id) {
    TopicPartitionInfo partition =
        new TopicPartitionInfo(0, Node.noNode(), List.of(), List.of(), List.of(), List.of());
    return new TopicDescription(topic, false, List.of(partition), null, id);
  }

  @AfterEach
  void close() {
    offline.close();
  }

  private void missing() {
    log.note(null, new UnknownTopicOrPartitionException());
  }

  private void checkMissing() {
    assertThatThrownBy(() -> log.checkThere("poll")).isInstanceOf(NotFoundException.class);
  }

  @Test
  void aLogThatIsMissingTwiceInARowIsGoneUntilItIsSeenAgain() {
    missing();
    assertThatCode(() -> log.checkThere("poll")).doesNotThrowAnyException();
    missing();
    checkMissing();
    assertThat(log.saw(topic)).isTrue();
    assertThatCode(() -> log.checkThere("poll")).doesNotThrowAnyException();
  }

  @Test
  void aLogWhoseNameAnotherOneHasIsGoneForGood() {
    assertThat(log.saw(described("log", Uuid.randomUuid()))).isFalse();
    checkMissing();
    log.note(topic, null);
    checkMissing();
  }

  @Test
  void aLogThatWasDeletedHereIsGoneAlsoForABrokerThatKnowsItStill() {
    log.gone();
    log.note(topic, null);
    checkMissing();
  }
}
