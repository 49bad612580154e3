package dev.mq.rabbit.internal.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.rabbit.internal.connect.RabbitErrors;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Members of a group on a model of a queue with a single active consumer, in random interleavings:
 * every message and every verb takes its time, channels die at any moment, and what they held comes
 * back anywhere in the queue. Whatever happens, a position whose commit was acknowledged is never
 * behind what a later owner starts with, and in the end there is one owner.
 */
final class LeaseModelTest {
  private static final int RUNS = 5_000;
  private static final int STEPS = 300;

  @Test
  void noAcknowledgedCommitIsLostAndInTheEndThereIsOneOwner() {
    long first = System.nanoTime();
    int commits = 0;
    int owners = 0;
    for (int run = 0; run < RUNS; run++) {
      Model model = new Model(first + run);
      model.run();
      commits += model.acknowledged;
      owners += model.owners;
    }
    // Else the interleavings would try nothing.
    assertThat(commits).as("acknowledged commits").isGreaterThan(RUNS);
    assertThat(owners).as("changes of the owner").isGreaterThan(2 * RUNS);
  }

  /** A message in the queue. */
  private record Queued(long id, Token token) {}

  /** A message on its way to a consumer, and for which of its turns in line. */
  private record Delivered(int turn, Queued message) {}

  /** What the broker does for a member, in the order in which the member asked for it. */
  private interface Order {
    void execute();
  }

  private static final class Model {
    final long seed;
    final Random random;
    final List<Member> members = new ArrayList<>();

    /** The consumers in line; the first one is active. */
    final List<Channel> line = new ArrayList<>();

    final List<Queued> ready = new ArrayList<>();
    long lastId;
    int lives;
    long safe = Token.NO_COMMIT;
    int acknowledged;
    int owners;

    Model(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
    }

    void run() {
      int count = 2 + random.nextInt(3);
      for (int i = 0; i < count; i++) {
        members.add(new Member(this, "m" + i));
      }
      for (int i = 0; i < STEPS; i++) {
        step(true);
      }
      for (int i = 0; i < 20_000 && !isQuiet(); i++) {
        step(false);
      }
      assertThat(isQuiet()).as("seed %d: comes to rest", seed).isTrue();
      List<Member> owning = members.stream().filter(m -> m.channel.lease.isOwned()).toList();
      assertThat(owning).as("seed %d: owners in the end; %s", seed, this).hasSize(1);
      assertThat(owning.get(0).channel.lease.committed())
          .as("seed %d: position in the end", seed)
          .isGreaterThanOrEqualTo(safe);
    }

    @Override
    public String toString() {
      return "line "
          + line.stream().map(c -> c.member.name).toList()
          + " members "
          + members.stream()
              .map(
                  m -> m.name + (m.channel.lease.isWaiting() ? " waits" : "") + m.channel.unsettled)
              .toList();
    }

    /** Nothing is under way. */
    boolean isQuiet() {
      return ready.isEmpty()
          && members.stream()
              .allMatch(m -> m.channel.orders.isEmpty() && m.channel.inbox.isEmpty());
    }

    void step(boolean faults) {
      Member m = members.get(random.nextInt(members.size()));
      int dice = random.nextInt(100);
      if (dice < 35) {
        m.channel.executeNext();
      } else if (dice < 60) {
        deliver();
      } else if (dice < 90) {
        m.channel.handleNext();
      } else if (!faults) {
        return;
      } else if (dice < 95) {
        m.commit();
      } else if (dice < 97) {
        m.channel.lease.handOver(members.get(random.nextInt(members.size())).name);
      } else if (dice < 98) {
        m.channel.lease.refresh();
      } else {
        m.reconnect();
      }
    }

    void deliver() {
      if (!ready.isEmpty() && !line.isEmpty()) {
        Queued q = ready.remove(0);
        Channel active = line.get(0);
        active.unsettled.put(q.id, q);
        active.inbox.add(new Delivered(active.turn, q));
      }
    }

    void publish(Token token) {
      ready.add(new Queued(++lastId, token));
    }

    /** Where a message comes back to differs between versions of the broker. */
    void requeue(Queued q) {
      ready.add(random.nextInt(ready.size() + 1), q);
    }

    void owned(String by, long next) {
      owners++;
      assertThat(next).as("seed %d: %s starts with", seed, by).isGreaterThanOrEqualTo(safe);
    }

    void acknowledged(long next) {
      acknowledged++;
      safe = Math.max(safe, next);
    }
  }

  private static final class Member {
    final Model model;
    final String name;
    Channel channel;
    long next;

    Member(Model model, String name) {
      this.model = model;
      this.name = name;
      this.channel = new Channel(this);
    }

    void commit() {
      if (!channel.lease.isOwned()) {
        return;
      }
      long position = ++next;
      channel.lease.commit(
          position,
          error -> {
            if (error == null) {
              model.acknowledged(position);
            }
          });
    }

    /** What the broker has of the old channel's orders it may still execute, or not. */
    void reconnect() {
      Channel old = channel;
      while (!old.orders.isEmpty() && model.random.nextBoolean()) {
        old.executeNext();
      }
      old.die();
      channel = new Channel(this);
    }
  }

  /** A member's channel: its consumer, and its lease on the other side. */
  private static final class Channel implements Lease.Port {
    final Model model;
    final Member member;
    final Lease lease;
    final Deque<Order> orders = new ArrayDeque<>();
    final Deque<Delivered> inbox = new ArrayDeque<>();

    /** How often the lease got in line, and how often that has reached the broker. */
    int leaseTurn;

    int turn;
    final Map<Long, Queued> unsettled = new LinkedHashMap<>();

    Channel(Member member) {
      this.member = member;
      this.model = member.model;
      this.lease =
          new Lease(member.name, "life" + ++model.lives, this, owner(), true, Token.NO_COMMIT);
      getInLine();
      lease.start();
    }

    private void getInLine() {
      int next = ++leaseTurn;
      orders.add(
          () -> {
            turn = next;
            model.line.add(this);
          });
    }

    private Lease.Owner owner() {
      return new Lease.Owner() {
        @Override
        public void owned(long next) {
          member.next = Math.max(next, 0);
          model.owned(member.name, next);
        }

        @Override
        public void lost() {}

        @Override
        public void empty() {
          throw new AssertionError("this member makes the token");
        }
      };
    }

    void executeNext() {
      Order order = orders.poll();
      if (order != null) {
        order.execute();
      }
    }

    void handleNext() {
      Delivered d = inbox.poll();
      if (d == null) {
        return;
      }
      if (d.turn == leaseTurn) {
        lease.delivered(d.message.id, d.message.token);
      } else {
        orders.add(() -> putBack(d.message.id));
      }
    }

    private void putBack(long tag) {
      Queued q = unsettled.remove(tag);
      if (q != null) {
        model.requeue(q);
      }
    }

    void die() {
      model.line.remove(this);
      orders.clear();
      inbox.clear();
      List<Queued> held = new ArrayList<>(unsettled.values());
      unsettled.clear();
      held.forEach(model::requeue);
      lease.gone(RabbitErrors.unknown("the channel died", null));
    }

    @Override
    public void publish(Token token) {
      orders.add(() -> model.publish(token));
    }

    @Override
    public void ack(long tag) {
      orders.add(() -> unsettled.remove(tag));
    }

    @Override
    public void giveBack(List<Long> tags) {
      orders.add(
          () -> {
            model.line.remove(this);
            tags.forEach(this::putBack);
          });
      getInLine();
    }
  }
}
