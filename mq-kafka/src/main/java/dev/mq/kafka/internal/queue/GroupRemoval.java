package dev.mq.kafka.internal.queue;

import dev.mq.kafka.internal.client.KafkaClients;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the share group of a deleted queue. Its members, also those in other processes, leave
 * when they hear of the deletion, and only an empty group can be removed; so this is tried again
 * for a while. A group that stays is of an incarnation that never comes back.
 */
final class GroupRemoval {
  private static final Logger LOG = LoggerFactory.getLogger(GroupRemoval.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final int TRIES = 60;

  private final KafkaClients clients;
  private final String group;
  private int tries;

  GroupRemoval(KafkaClients clients, String group) {
    this.clients = clients;
    this.group = group;
  }

  /** Starts; does not block. */
  void start() {
    try {
      var unused =
          clients
              .admin()
              .deleteShareGroups(List.of(group))
              .all()
              .whenComplete((done, error) -> answered(error));
    } catch (IllegalStateException e) {
      LOG.debug("closed before group {} was removed", group, e);
    }
  }

  private void answered(@Nullable Throwable error) {
    Throwable e =
        error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    if (e instanceof GroupNotEmptyException && ++tries < TRIES) {
      var unused = clients.time().schedule(PAUSE, this::start);
    } else if (e != null && !(e instanceof GroupIdNotFoundException)) {
      LOG.debug("group {} of a deleted queue is left", group, e);
    }
  }
}
