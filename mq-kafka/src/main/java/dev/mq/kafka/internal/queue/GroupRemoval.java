package dev.mq.kafka.internal.queue;

import dev.mq.kafka.internal.client.Futures;
import dev.mq.kafka.internal.client.KafkaClients;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the share group of a queue that is about to be deleted, before its topic: Kafka 4.4
 * cannot remove the group of a topic that is gone, and tries that for so long that the connection
 * which asked for it answers nothing else until then.
 *
 * <p>Only an empty group can be removed. Members of this process were told to leave and do so soon;
 * those of others hear of the deletion only when the topic is gone. A group that is left over then
 * is of an incarnation that never comes back.
 */
final class GroupRemoval {
  private static final Logger LOG = LoggerFactory.getLogger(GroupRemoval.class);
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(50);

  private final KafkaClients clients;
  private final String group;

  GroupRemoval(KafkaClients clients, String group) {
    this.clients = clients;
    this.group = group;
  }

  /** Removes the group if its members leave in time. */
  void run() {
    long start = clients.time().nanoTime();
    while (isInUse()) {
      if (clients.time().nanoTime() - start > PATIENCE.toNanos()
          || Thread.currentThread().isInterrupted()) {
        LOG.debug("group {} of a queue to be deleted is in use elsewhere and stays", group);
        return;
      }
      LockSupport.parkNanos(this, PAUSE);
    }
  }

  private boolean isInUse() {
    try {
      Futures.get(clients.admin().deleteShareGroups(List.of(group)).all());
      return false;
    } catch (GroupNotEmptyException e) {
      return true;
    } catch (GroupIdNotFoundException e) {
      return false;
    } catch (KafkaException e) {
      LOG.debug("group {} of a queue to be deleted stays", group, e);
      return false;
    }
  }
}
