package dev.mq.rabbit.internal.consume;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class TagWindowTest {
  @Test
  void tellsUpToWhereAllAreSettled() {
    TagWindow window = new TagWindow();
    assertThat(window.contiguous()).isZero();
    assertThat(window.settle(2)).isTrue();
    assertThat(window.contiguous()).isZero();
    assertThat(window.settle(1)).isTrue();
    assertThat(window.settle(1)).isFalse();
    assertThat(window.contiguous()).isEqualTo(2);
  }

  @Test
  void staysRightWhileOneTagIsHeldAndAfterwards() {
    TagWindow window = new TagWindow();
    for (long tag = 2; tag <= 100_000; tag++) {
      assertThat(window.settle(tag)).isTrue();
    }
    assertThat(window.contiguous()).isZero();
    assertThat(window.settle(1)).isTrue();
    assertThat(window.contiguous()).isEqualTo(100_000);
    assertThat(window.settle(50_000)).isFalse();
    assertThat(window.settle(100_002)).isTrue();
    assertThat(window.contiguous()).isEqualTo(100_000);
  }

  @Test
  void behavesLikeASet() {
    long seed = 7;
    Random random = new Random(seed);
    TagWindow window = new TagWindow();
    Set<Long> model = new HashSet<>();
    long contiguous = 0;
    for (int i = 0; i < 50_000; i++) {
      long tag = contiguous + 1 + random.nextInt(64);
      assertThat(window.settle(tag)).as("seed %s", seed).isEqualTo(model.add(tag));
      while (model.contains(contiguous + 1)) {
        contiguous++;
      }
      assertThat(window.contiguous()).isEqualTo(contiguous);
    }
  }
}
