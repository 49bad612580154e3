package dev.mq.core.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CommitLedgerTest {
  @Test
  void knowsNoPositionBeforeTheFirstRecordWasHandled() {
    CommitLedger ledger = new CommitLedger(4);
    ledger.received(17);
    ledger.received(18);
    ledger.handled(1, 2);
    assertThat(ledger.position()).isEqualTo(CommitLedger.NONE);
  }

  @Test
  void standsBehindTheLastRecordOfThePrefixWhateverTheGapsInOffsets() {
    CommitLedger ledger = new CommitLedger(4);
    long a = ledger.received(10);
    long b = ledger.received(1_000_000);
    ledger.received(Long.MAX_VALUE - 1);
    ledger.handled(a, a + 1);
    assertThat(ledger.position()).isEqualTo(11);
    ledger.handled(b, b + 1);
    assertThat(ledger.position()).isEqualTo(1_000_001);
  }

  @Test
  void neverPassesAHole() {
    CommitLedger ledger = new CommitLedger(4);
    for (long o = 0; o < 200; o++) {
      ledger.received(o * 3);
    }
    ledger.handled(1, 200);
    assertThat(ledger.position()).isEqualTo(CommitLedger.NONE);
    ledger.handled(0, 1);
    assertThat(ledger.position()).isEqualTo(199 * 3 + 1);
  }

  @Test
  void refusesOffsetsThatDoNotRiseAndRecordsItDidNotReceive() {
    CommitLedger ledger = new CommitLedger(4);
    ledger.received(5);
    assertThat(ledger.isNew(5)).isFalse();
    assertThat(ledger.isNew(6)).isTrue();
    assertThatIllegalArgumentException().isThrownBy(() -> ledger.received(5));
    assertThatIllegalArgumentException().isThrownBy(() -> ledger.handled(0, 2));
  }

  @Test
  void agreesWithANaiveModelInTenThousandRandomSchedules() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int schedule = 0; schedule < 10_000; schedule++) {
      agrees(new Random(random.nextLong()), "seed " + seed + ", schedule " + schedule);
    }
  }

  private static void agrees(Random random, String what) {
    CommitLedger ledger = new CommitLedger(1 + random.nextInt(100));
    List<Long> offsets = new ArrayList<>();
    List<Boolean> handled = new ArrayList<>();
    long offset = random.nextInt(1000);
    int head = 0;
    for (int step = 0; step < 60; step++) {
      if (random.nextInt(3) > 0 || offsets.isEmpty()) {
        for (int n = random.nextInt(20); n >= 0; n--) {
          offset += 1 + (random.nextInt(4) == 0 ? random.nextInt(1000) : 0);
          assertThat(ledger.received(offset)).as(what).isEqualTo(offsets.size());
          offsets.add(offset);
          handled.add(false);
        }
      } else {
        int from = Math.max(0, head - 2) + random.nextInt(offsets.size() - Math.max(0, head - 2));
        int to = Math.min(offsets.size(), from + random.nextInt(12));
        ledger.handled(from, to);
        for (int i = from; i < to; i++) {
          handled.set(i, true);
        }
      }
      while (head < handled.size() && handled.get(head)) {
        head++;
      }
      long expected = head == 0 ? CommitLedger.NONE : offsets.get(head - 1) + 1;
      assertThat(ledger.position()).as(what).isEqualTo(expected);
      assertThat(ledger.head()).as(what).isEqualTo(head);
      assertThat(ledger.tail()).as(what).isEqualTo(offsets.size());
    }
  }
}
