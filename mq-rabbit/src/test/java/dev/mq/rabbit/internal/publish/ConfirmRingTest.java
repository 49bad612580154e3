package dev.mq.rabbit.internal.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mq.api.Message;
import dev.mq.spi.PublishBatch;
import dev.mq.spi.PublishTarget;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ConfirmRingTest {
  private final List<Integer> answered = new ArrayList<>();
  private final Batch batch = new Batch();
  private final ConfirmRing ring = new ConfirmRing();
  private final ConfirmRing.Answer note = (b, i) -> answered.add(i);

  @Test
  void answersUpToANumberInOrderAndEachOnce() {
    for (int i = 1; i <= 10; i++) {
      assertThat(ring.add(batch, i)).isEqualTo(i);
    }
    ring.answer(3, false, note);
    ring.answer(5, true, note);
    ring.answer(5, true, note);
    ring.answer(3, false, note);
    assertThat(answered).containsExactly(3, 1, 2, 4, 5);
    assertThat(ring.lowest()).isEqualTo(6);
  }

  @Test
  void takesBackOnlyTheNumberLastGiven() {
    assertThat(ring.add(batch, 1)).isEqualTo(1);
    assertThat(ring.add(batch, 2)).isEqualTo(2);
    assertThat(ring.takeBack(1)).isFalse();
    assertThat(ring.takeBack(2)).isTrue();
    assertThat(ring.add(batch, 3)).isEqualTo(2);
    ring.answer(2, true, note);
    assertThat(answered).containsExactly(1, 3);
  }

  @Test
  void answersEverythingWhenItEndsAndTakesNothingAfterwards() {
    for (int i = 1; i <= 700; i++) {
      long unused = ring.add(batch, i);
    }
    ring.answer(1, false, note);
    ring.end(note);
    assertThat(answered).hasSize(700).doesNotHaveDuplicates();
    assertThat(ring.add(batch, 701)).isZero();
    assertThat(ring.oldest()).isEqualTo(-1);
  }

  @Test
  void knowsWhichMessageWaitsTheLongest() {
    assertThat(ring.oldest()).isEqualTo(-1);
    for (int i = 1; i <= 3; i++) {
      long unused = ring.add(batch, i);
    }
    ring.answer(2, false, note);
    assertThat(ring.oldest()).as("others are answered").isEqualTo(1);
    ring.answer(1, false, note);
    assertThat(ring.oldest()).isEqualTo(3);
  }

  @Test
  void ignoresNumbersItDoesNotKnow() {
    ring.answer(7, true, note);
    ring.answer(7, false, note);
    assertThat(answered).isEmpty();
    assertThat(ring.add(batch, 1)).isEqualTo(1);
  }

  @Test
  void findsTheFirstOpenMessageFromANumberOn() {
    for (int i = 1; i <= 5; i++) {
      long unused = ring.add(batch, i);
    }
    ring.answer(2, false, note);
    assertThat(ring.find(0, (b, i) -> i % 2 == 0)).isEqualTo(4);
    assertThat(ring.find(3, (b, i) -> true)).isEqualTo(3);
    assertThat(ring.find(5, (b, i) -> i < 5)).isZero();
  }

  /** Against a map, with confirms of every kind in a random order. */
  @Test
  void behavesLikeAMapByNumber() {
    long seed = 20_261_126;
    Random random = new Random(seed);
    Map<Long, Integer> model = new HashMap<>();
    List<Integer> expected = new ArrayList<>();
    long next = 1;
    for (int step = 0; step < 20_000; step++) {
      int dice = random.nextInt(10);
      if (dice < 6 || model.isEmpty()) {
        assertThat(ring.add(batch, step)).as("seed %s", seed).isEqualTo(next);
        model.put(next++, step);
      } else {
        long upTo = model.keySet().stream().mapToLong(l -> l).min().orElseThrow();
        upTo = Math.min(next - 1, upTo + random.nextInt(20));
        boolean multiple = dice < 8;
        for (long s = multiple ? 1 : upTo; s <= upTo; s++) {
          Integer taken = model.remove(s);
          if (taken != null) {
            expected.add(taken);
          }
        }
        ring.answer(upTo, multiple, note);
      }
    }
    assertThat(answered).isEqualTo(expected);
  }

  private static final class Batch implements PublishBatch {
    @Override
    public int size() {
      return 1;
    }

    @Override
    public PublishTarget target(int index) {
      return new AmqpTarget.Queue("q");
    }

    @Override
    public Message message(int index) {
      return Message.of(new byte[0]);
    }

    @Override
    public int partition(int index) {
      return NO_PARTITION;
    }

    @Override
    public void confirmed(int index, int partition, long offset) {}

    @Override
    public void confirmedAll() {}

    @Override
    public void unroutable(int index) {}

    @Override
    public void failed(int index, Throwable error) {}
  }
}
