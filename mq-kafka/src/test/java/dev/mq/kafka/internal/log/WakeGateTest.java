package dev.mq.kafka.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class WakeGateTest {
  private int sent;
  private final WakeGate gate = new WakeGate(() -> sent++);

  @Test
  void aWakeupReachesTheClientOnceAndOnlyInsideAPoll() {
    assertThat(gate.enter()).isFalse();
    gate.wakeup();
    gate.wakeup();
    assertThat(sent).isEqualTo(1);
    assertThat(gate.isWoken()).isTrue();
    gate.thrown();
    gate.exit();
    assertThat(gate.enter()).isFalse();
    gate.exit();
    assertThat(sent).isEqualTo(1);
  }

  @Test
  void aWakeupBetweenPollsHurriesTheNextOneWithoutTheClient() {
    gate.wakeup();
    assertThat(gate.enter()).isTrue();
    gate.exit();
    assertThat(gate.enter()).isFalse();
    assertThat(sent).isZero();
  }

  @Test
  void aWakeupInsideAListenerIsKeptBackUntilItsEnd() {
    gate.enter();
    assertThat(gate.shut()).isFalse();
    gate.wakeup();
    assertThat(sent).isZero();
    gate.reopen();
    assertThat(sent).isEqualTo(1);
  }

  @Test
  void aListenerLearnsOfAWakeupThatTheClientHasNotThrownYet() {
    gate.enter();
    gate.wakeup();
    assertThat(gate.shut()).isTrue();
    gate.thrown();
    gate.reopen();
    // What it was for is not done yet.
    assertThat(sent).isEqualTo(2);
  }

  @Test
  void aWakeupThatComesTooLateForItsPollIsNotTakenForANewOne() {
    gate.enter();
    gate.wakeup();
    gate.exit();
    assertThat(gate.enter()).isFalse();
    gate.thrown();
    assertThat(gate.isWoken()).isFalse();
    gate.wakeup();
    assertThat(sent).isEqualTo(2);
  }

  @Test
  @Timeout(10)
  void waitingForAWakeupEndsWithIt() throws InterruptedException {
    gate.await(1);
    gate.wakeup();
    gate.await(TimeUnit.DAYS.toNanos(1));
    Thread other = new Thread(gate::wakeup);
    other.start();
    gate.await(TimeUnit.DAYS.toNanos(1));
    other.join();
  }
}
