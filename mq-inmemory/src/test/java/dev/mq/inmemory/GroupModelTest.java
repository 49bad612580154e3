package dev.mq.inmemory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.Position;
import dev.mq.api.Positions;
import dev.mq.inmemory.Reader.Read;
import dev.mq.spi.BackendLog;
import dev.mq.spi.GroupListener;
import dev.mq.spi.GroupMember;
import dev.mq.spi.RecordBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Members come, go and die while records are appended; ownership never overlaps and nothing
 * committed was skipped.
 */
@Timeout(120)
class GroupModelTest {
  private static final int PARTITIONS = 12;
  private static final int EACH = 1500;
  private static final int SLOTS = 5;

  private final InMemoryEngine engine = InMemoryEngine.create();
  private final Client client = Client.of(engine);
  private final BackendLog log = client.log("l", PARTITIONS);
  private final AtomicReferenceArray<Object> owners = new AtomicReferenceArray<>(PARTITIONS);
  private final AtomicLongArray committed = new AtomicLongArray(PARTITIONS);
  private final Map<String, Boolean> delivered = new ConcurrentHashMap<>();
  private final List<String> wrong = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void closeEngine() {
    engine.close();
  }

  @Test
  void ownershipNeverOverlapsCommitsNeverGoBackAndEveryRecordIsDelivered() throws Exception {
    long seed = System.nanoTime();
    List<Thread> threads = new ArrayList<>();
    threads.add(new Thread(this::append));
    for (int s = 0; s < SLOTS; s++) {
      int slot = s;
      threads.add(new Thread(() -> comeAndGo(slot, new SplittableRandom(seed + slot))));
    }
    threads.forEach(Thread::start);
    for (Thread t : threads) {
      t.join();
    }
    assertThat(wrong).as("seed %s", seed).isEmpty();
    assertThat(delivered).hasSize(PARTITIONS * EACH);
    Positions end = client.logs.end(log);
    assertThat(client.logs.committed(log, "g")).isEqualTo(end);
  }

  private void append() {
    Client own = Client.of(engine, "appender");
    for (int i = 0; i < EACH; i++) {
      for (int p = 0; p < PARTITIONS; p++) {
        own.append(log, p, p + "/" + i);
      }
    }
  }

  private boolean allCommitted() {
    for (int p = 0; p < PARTITIONS; p++) {
      if (committed.get(p) < EACH) {
        return false;
      }
    }
    return true;
  }

  private void comeAndGo(int slot, SplittableRandom random) {
    for (int life = 0; !allCommitted(); life++) {
      String name = "member" + slot + "-" + life;
      Client own = Client.of(engine, name);
      Life l = new Life(own, name);
      int polls = 5 + random.nextInt(60);
      for (int i = 0; i < polls && !allCommitted() && wrong.isEmpty(); i++) {
        l.poll();
      }
      if (random.nextInt(3) == 0) {
        l.die();
        engine.kill(name);
      }
      l.member.close();
      own.close();
      if (!wrong.isEmpty()) {
        return;
      }
    }
  }

  private final class Life implements GroupListener {
    private final String name;
    private final GroupMember member;
    private final RecordBatch batch = new RecordBatch(100);
    private final long[] next = new long[PARTITIONS];
    private boolean dead;

    Life(Client own, String name) {
      this.name = name;
      this.member = own.logs.join(log, "g", Position.begin(), 100, this);
    }

    void poll() {
      batch.clear();
      try {
        member.poll(batch, Duration.ofMillis(2).toNanos());
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      Positions done = Positions.none();
      for (int i = 0; i < batch.size(); i++) {
        Read r = new Read(batch.partition(i), batch.offset(i), 0, batch.message(i).text());
        int p = r.partition();
        check(owners.get(p) == this, name + " got " + r + " of " + owners.get(p));
        check(r.offset() == next[p], name + " got " + r + ", expected offset " + next[p]);
        next[p] = r.offset() + 1;
        delivered.put(r.text(), true);
        done = done.with(p, r.offset() + 1);
      }
      commit(done);
    }

    private void commit(Positions positions) {
      if (!positions.offsets().isEmpty()) {
        member.commit(
            positions,
            error -> {
              check(error == null, name + " cannot commit what it owns: " + error);
              positions.offsets().forEach((p, o) -> committed.accumulateAndGet(p, o, Math::max));
            });
      }
    }

    /**
     * Ends the ownership as the model sees it, before the engine can give the partitions to others.
     */
    void die() {
      dead = true;
      for (int p = 0; p < PARTITIONS; p++) {
        owners.compareAndSet(p, this, null);
      }
    }

    @Override
    public void assigned(int[] partitions) {
      Positions now = client.logs.committed(log, "g");
      for (int p : partitions) {
        check(
            owners.compareAndSet(p, null, this), name + " was given " + p + " of " + owners.get(p));
        next[p] = now.offset(p).orElse(0);
        check(next[p] >= committed.get(p), "partition " + p + " went back to " + next[p]);
      }
    }

    @Override
    public void revoked(int[] partitions) {
      for (int p : partitions) {
        check(
            dead || owners.compareAndSet(p, this, null),
            name + " gives up " + p + " of " + owners.get(p));
      }
    }

    @Override
    public void lost(int[] partitions) {
      check(dead, name + " lost partitions although it polls");
    }

    private void check(boolean ok, String text) {
      if (!ok) {
        wrong.add(text);
      }
    }
  }
}
