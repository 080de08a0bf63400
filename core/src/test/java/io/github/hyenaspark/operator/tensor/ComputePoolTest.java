package io.github.hyenaspark.operator.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ComputePoolTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void everyItemIsDoneOnceAndByTheSameMemberEveryTime(int threads) {
        ComputePool pool = ComputePool.of(threads);
        for (int count : new int[] {0, 1, 2, 3, 7, 8, 9, 100}) {
            AtomicIntegerArray first = members(pool, count);
            AtomicIntegerArray second = members(pool, count);
            for (int item = 0; item < count; item++) {
                assertThat(first.get(item)).isPositive().isEqualTo(second.get(item));
                assertThat(first.get(item)).isLessThanOrEqualTo(threads);
            }
        }
    }

    @Test
    void rangesDifferByOneItemAtMost() {
        int[] items = new int[4];
        ComputePool.of(4).divide(10, (member, from, to) -> items[member] = to - from);
        assertThat(items).containsExactly(2, 3, 2, 3);
    }

    @Test
    @Timeout(60)
    void aMemberThatIsHeldUpLeavesItsItemsToTheOthers() {
        int items = 10;
        var others = new CountDownLatch(items - 1);
        var times = new AtomicIntegerArray(items);
        ComputePool.of(2).each(items, (member, number) -> {
            times.incrementAndGet(number);
            if (number > 0) {
                others.countDown();
            } else {
                await(others);
            }
        });
        assertThat(times)
                .hasToString(
                        Arrays.toString(IntStream.generate(() -> 1).limit(items).toArray()));
    }

    @Test
    void aSingleItemIsDoneByTheCaller() {
        Thread[] thread = new Thread[1];
        ComputePool.of(3).each(1, (member, number) -> {
            assertThat(member).isZero();
            thread[number] = Thread.currentThread();
        });
        assertThat(thread[0]).isSameAs(Thread.currentThread());
    }

    @Test
    void memberZeroIsTheCaller() {
        Thread[] threads = new Thread[2];
        ComputePool.of(2).divide(2, (member, from, to) -> threads[member] = Thread.currentThread());
        assertThat(threads[0]).isSameAs(Thread.currentThread());
        assertThat(threads[1]).isNotSameAs(Thread.currentThread());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aFailureIsThrownAfterAllHaveEnded(int failing) {
        AtomicIntegerArray ended = new AtomicIntegerArray(2);
        assertThatThrownBy(() -> ComputePool.of(2).divide(2, (member, from, to) -> {
                    if (member == failing) {
                        throw new IllegalStateException("member " + member + " fell");
                    }
                    ended.set(member, 1);
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("member " + failing + " fell");
        assertThat(ended.get(1 - failing)).isOne();
    }

    @Test
    void anInterruptedCallerFinishesTheWorkAndStaysInterrupted() {
        int[] done = new int[2];
        Thread.currentThread().interrupt();
        ComputePool.of(2).divide(2, (member, from, to) -> done[member] = 1);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(done).containsExactly(1, 1);
    }

    @Test
    void aTeamWithoutThreadsIsRefused() {
        assertThatThrownBy(() -> ComputePool.of(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a pool needs at least one thread, found 0");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static AtomicIntegerArray members(ComputePool pool, int count) {
        AtomicIntegerArray members = new AtomicIntegerArray(Math.max(1, count));
        pool.divide(count, (member, from, to) -> {
            for (int item = from; item < to; item++) {
                members.addAndGet(item, member + 1);
            }
        });
        return members;
    }
}
