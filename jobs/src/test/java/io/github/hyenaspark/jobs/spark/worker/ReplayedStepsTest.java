package io.github.hyenaspark.jobs.spark.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.worker.AveragingTask.StepLimit;
import io.github.hyenaspark.train.config.TrainConfig;
import io.github.hyenaspark.train.config.TrainConfigDraft;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayedStepsTest {
    @TempDir
    Path directory;

    private static TrainConfig train(int workers, TrainConfig.RoundMode mode) {
        var draft = new TrainConfigDraft();
        draft.workers = workers;
        draft.mode = mode;
        return draft.config();
    }

    private ReplayedSteps read(String journal) throws IOException {
        Path file = Files.writeString(directory.resolve("journal.jsonl"), journal);
        return ReplayedSteps.read(Storage.local(), file.toString());
    }

    @Test
    void everyWorkerDoesTheStepsOfTheJournalAgain() throws IOException {
        ReplayedSteps replay = read("""
                {"round":1,"worker_steps":[2,0,3]}
                {"round":2,"worker_steps":[1,4,0]}
                """);
        assertThat(replay.isSet()).isTrue();
        TrainConfig train = train(3, TrainConfig.RoundMode.DEADLINE);
        assertThat(replay.workers(train, 0)).containsExactly(0, 2);
        assertThat(replay.workers(train, 1)).containsExactly(0, 1);
        IntPredicate second = replay.limit(train, 1).of(1, System.nanoTime());
        assertThat(second.test(3)).isTrue();
        assertThat(second.test(4)).isFalse();
    }

    @Test
    void theJournalOfAnotherNumberOfWorkersOrOfFewerRoundsIsRefused() throws IOException {
        ReplayedSteps replay = read("{\"round\":1,\"worker_steps\":[2,2]}\n");
        assertThatThrownBy(() -> replay.workers(train(3, TrainConfig.RoundMode.DEADLINE), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 workers in round 1")
                .hasMessageContaining("the steps of 3");
        assertThatThrownBy(() -> replay.limit(train(2, TrainConfig.RoundMode.DEADLINE), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0 workers in round 2");
    }

    @Test
    void allPartsOfALongJournalAreDoneAgain() throws IOException {
        Files.writeString(directory.resolve("journal-1.jsonl"), "{\"round\":2,\"worker_steps\":[0,1]}\n");
        Files.writeString(directory.resolve("journal-2.jsonl"), "{\"round\":3,\"worker_steps\":[1,0]}\n");
        ReplayedSteps replay = read("{\"round\":1,\"worker_steps\":[2,2]}\n");
        assertThat(replay.stepsOfRounds()).containsOnlyKeys(1L, 2L, 3L).containsEntry(3L, List.of(1, 0));
    }

    @Test
    void whatIsNoJournalIsRefused() {
        assertThatThrownBy(() -> read("no journal\n")).isInstanceOf(CorruptFileException.class);
        assertThatThrownBy(() -> read("{\"round\":1}\n")).isInstanceOf(CorruptFileException.class);
    }

    @Test
    void withoutAJournalTheModeLimitsTheSteps() throws IOException {
        ReplayedSteps none = ReplayedSteps.read(Storage.local(), " ");
        assertThat(none.isSet()).isFalse();
        assertThat(none.workers(train(3, TrainConfig.RoundMode.SYNC), 7)).isEqualTo(List.of(0, 1, 2));
        assertThat(none.limit(train(3, TrainConfig.RoundMode.SYNC), 7)).isEqualTo(new StepLimit.None());
        var draft = new TrainConfigDraft();
        draft.mode = TrainConfig.RoundMode.DEADLINE;
        draft.deadline = new TrainConfig.Deadline(1.5, 1, 0);
        assertThat(none.limit(draft.config(), 7)).isEqualTo(new StepLimit.Time(1_500_000_000));
    }
}
