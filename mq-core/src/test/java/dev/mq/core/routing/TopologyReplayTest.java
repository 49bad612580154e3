package dev.mq.core.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.ExchangeSpec;
import dev.mq.api.QueueSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class TopologyReplayTest {
  private static final int COMMANDS = 300;

  private record Entry(long offset, TopologyCommand command) {}

  /** A log with gaps between offsets and with commands appended twice; everything went through bytes. */
  private static List<Entry> log(long seed) {
    RandomTopology random = new RandomTopology(seed);
    List<Entry> log = new ArrayList<>();
    long offset = 0;
    for (int i = 0; i < COMMANDS; i++) {
      boolean repeated = !log.isEmpty() && random.random.nextInt(15) == 0;
      TopologyCommand c =
          repeated ? log.get(random.random.nextInt(log.size())).command : random.command();
      log.add(new Entry(offset, TopologyCodec.decode(TopologyCodec.encode(c))));
      offset += 1 + random.random.nextInt(3);
    }
    return log;
  }

  private static List<Outcome> replay(TopologyState state, List<Entry> log) {
    List<Outcome> outcomes = new ArrayList<>();
    log.forEach(e -> outcomes.add(state.apply(e.offset, e.command)));
    return outcomes;
  }

  @Test
  void theSameCommandsGiveTheSameStateAndOutcomes() {
    long base = seed();
    for (long seed = base; seed < base + 100; seed++) {
      List<Entry> log = log(seed);
      TopologyState one = new TopologyState();
      TopologyState two = new TopologyState();
      assertThat(replay(one, log)).as("seed %d", seed).isEqualTo(replay(two, log));
      assertThat(one.toSnapshot()).as("seed %d", seed).isEqualTo(two.toSnapshot());
    }
  }

  @Test
  void aSnapshotAndTheRestGiveTheSameState() {
    long base = seed();
    for (long seed = base; seed < base + 100; seed++) {
      List<Entry> log = log(seed);
      TopologyState whole = new TopologyState();
      int cut = (int) (Math.abs(seed) % COMMANDS);
      replay(whole, log.subList(0, cut));
      TopologyState part = TopologyState.of(throughBytes(whole.toSnapshot()));
      replay(part, log.subList(Math.max(0, cut - 20), COMMANDS));
      replay(whole, log.subList(cut, COMMANDS));
      assertThat(part.toSnapshot()).as("seed %d cut %d", seed, cut).isEqualTo(whole.toSnapshot());
    }
  }

  @Test
  void whoStartsInATrimmedLogGetsTheSameStateOnceItMeetsTheSnapshotThatAllowedTheTrim() {
    long base = seed();
    for (long seed = base; seed < base + 200; seed++) {
      List<Entry> log = log(seed);
      RandomTopology random = new RandomTopology(~seed);
      int stale = random.random.nextInt(50);
      int good = stale + 1 + random.random.nextInt(80);
      // Snapshots are appended later than taken; the stale one comes first and leaves a gap.
      List<Entry> written = new ArrayList<>();
      for (int i = 0; i < COMMANDS; i++) {
        Entry e = log.get(i);
        written.add(new Entry(4 * e.offset, e.command));
        if (i == 180) {
          written.add(new Entry(4 * e.offset + 1, snapshot(snapshotAfter(log, stale))));
        }
        if (i == 240) {
          written.add(new Entry(4 * e.offset + 1, snapshot(snapshotAfter(log, good))));
        }
      }
      TopologyState whole = new TopologyState();
      replay(whole, written);
      TopologyState late = new TopologyState();
      replay(late, written.subList(good + 1, written.size()));
      assertThat(late.toSnapshot()).as("seed %d", seed).isEqualTo(whole.toSnapshot());
    }
  }

  @Test
  void aSnapshotThatIsMetFirstIsTheState() {
    List<Entry> log = log(1);
    TopologyState whole = new TopologyState();
    replay(whole, log);
    TopologyState fresh = new TopologyState();
    fresh.apply(whole.offset() + 1, snapshot(whole.toSnapshot()));
    whole.apply(whole.offset() + 1, snapshot(whole.toSnapshot()));
    assertThat(fresh.toSnapshot()).isEqualTo(whole.toSnapshot());
  }

  @Test
  void aSnapshotChangesNothingForWhoSawTheWholeLogAndKeepsItsNodes() {
    Fixture f = new Fixture();
    f.exchange(ExchangeSpec.fanout("x"));
    f.queue("q");
    f.bind("x", "", "q");
    QueueNode q = f.state.queue("q");
    f.apply(snapshot(new TopologySnapshot(0, List.of(), List.of(), List.of(), List.of())));
    assertThat(f.route("x", "")).containsExactly("q");
    assertThat(f.state.queue("q")).isSameAs(q);
  }

  @Test
  void joiningOnToASnapshotKeepsTheNodesThatStay() {
    TopologyState state = new TopologyState();
    state.apply(
        7, new TopologyCommand.DeclareQueue(new UUID(1, 1), QueueSpec.of("q"), "1", null));
    QueueNode q = state.queue("q");
    TopologySnapshot before =
        new TopologySnapshot(
            6, List.of(ExchangeSpec.topic("x")), List.of(), List.of(), List.of(new UUID(9, 9)));
    state.apply(8, snapshot(before));
    assertThat(state.queue("q")).isSameAs(q);
    assertThat(q.isDeleted()).isFalse();
    assertThat(state.exchange("x")).isNotNull();
    assertThat(state.toSnapshot().recentIds()).containsExactly(new UUID(9, 9), new UUID(1, 1));
  }

  private static TopologySnapshot snapshotAfter(List<Entry> log, int index) {
    TopologyState s = new TopologyState();
    log.subList(0, index + 1).forEach(e -> s.apply(4 * e.offset, e.command));
    return s.toSnapshot();
  }

  private static TopologyCommand snapshot(TopologySnapshot state) {
    return new TopologyCommand.Snapshot(UUID.randomUUID(), throughBytes(state));
  }

  private static TopologySnapshot throughBytes(TopologySnapshot state) {
    byte[] bytes = TopologyCodec.encode(new TopologyCommand.Snapshot(new UUID(0, 0), state));
    return ((TopologyCommand.Snapshot) TopologyCodec.decode(bytes)).state();
  }

  private static long seed() {
    long seed = System.nanoTime();
    System.err.println("TopologyReplayTest seeds from " + seed);
    return seed;
  }
}
