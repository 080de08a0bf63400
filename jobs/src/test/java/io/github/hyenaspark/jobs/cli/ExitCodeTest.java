package io.github.hyenaspark.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.data.document.SourceConfig.WrongSettingException;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.LockedException;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExitCodeTest {
    private final CorruptFileException corrupt = new CorruptFileException("train/a.bin", "8 bytes", "4");

    @Test
    void codesAreThoseThatSchedulersExpect() {
        assertThat(ExitCode.values()).extracting(ExitCode::code).containsExactly(0, 1, 2, 3, 4, 5, 75, 130, 143);
    }

    @Test
    void wrongSettingsAreTheUsersAffair() {
        var failure = new IllegalArgumentException("train.lr: found -1, expected a positive number");
        assertThat(ExitCode.of(failure)).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(ExitCode.message(failure)).isEqualTo("train.lr: found -1, expected a positive number");
    }

    @Test
    void invalidDataCountsAlsoWhenATaskFoundIt() {
        var failure = new SparkException("Job aborted due to stage failure: ...", corrupt);
        assertThat(ExitCode.of(failure)).isEqualTo(ExitCode.INVALID_DATA);
        assertThat(ExitCode.message(failure)).contains("train/a.bin", "expected 8 bytes", "found 4");
        assertThat(ExitCode.of(new UncheckedIOException(corrupt))).isEqualTo(ExitCode.INVALID_DATA);
    }

    @Test
    void anIllegalArgumentInATaskIsAFailure() {
        var failure = new SparkException("Job aborted", new IllegalArgumentException("a bug"));
        assertThat(ExitCode.of(failure)).isEqualTo(ExitCode.FAILED);
        assertThat(ExitCode.message(failure)).isEqualTo("a bug");
    }

    @Test
    void aSettingThatDoesNotFitAFileIsTheUsersAffairAlsoInATask() {
        var failure =
                new SparkException("Job aborted", new WrongSettingException("data.source.columns: a.parquet ..."));
        assertThat(ExitCode.of(failure)).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(ExitCode.message(failure)).isEqualTo("data.source.columns: a.parquet ...");
    }

    /** Words that stores use to refuse may be in the name of a file. */
    @Test
    void aFileNameDoesNotDecideTheCode() {
        var failure = new IOException("file:/books/The Forbidden City.txt has changed while it was read");
        assertThat(ExitCode.of(failure)).isEqualTo(ExitCode.FAILED);
        var refused = new IOException("getFileStatus on s3a://b/x: Forbidden (Service: S3, Status Code: 403)");
        assertThat(ExitCode.of(refused)).isNotEqualTo(ExitCode.FAILED);
    }

    @Test
    void aLockIsWaitedFor() {
        var failure = new ExecutionException(new LockedException("another driver has taken over"));
        assertThat(ExitCode.of(failure)).isEqualTo(ExitCode.LOCKED);
        assertThat(ExitCode.message(failure)).isEqualTo("another driver has taken over");
    }

    @Test
    void thatMemoryRanOutIsToldWithWhatToDo() {
        var heap = new OutOfMemoryError("Java heap space");
        var array = (OutOfMemoryError) new OutOfMemoryError("Cannot allocate an array").initCause(heap);
        for (Throwable failure : List.of(heap, new SparkException("Job aborted", array))) {
            assertThat(ExitCode.of(failure)).isEqualTo(ExitCode.FAILED);
            assertThat(ExitCode.message(failure))
                    .startsWith("memory ran out: Java heap space; ")
                    .contains("spark.executor.memory", "spark.driver.memory", "train.batch-size", "inspect memory");
        }
    }

    @Test
    void aClassThatIsMissingIsADefectOfWhatWasInstalled() {
        var failure = new NoClassDefFoundError("org/example/Missing");
        assertThat(ExitCode.of(failure)).isEqualTo(ExitCode.FAILED);
        assertThat(ExitCode.isDefect(failure)).isTrue();
        assertThat(ExitCode.message(failure)).contains("NoClassDefFoundError", "org/example/Missing");
    }

    @Test
    void aCauseThatDecidesTheCodeIsToldThoughMemoryRanOutToo() {
        corrupt.initCause(new OutOfMemoryError("Java heap space"));
        assertThat(ExitCode.of(corrupt)).isEqualTo(ExitCode.INVALID_DATA);
        assertThat(ExitCode.message(corrupt)).isEqualTo(corrupt.getMessage());
    }

    /** The words of standalone, Kubernetes and YARN. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ExecutorLostFailure (executor 5 exited caused by one of the running tasks) Reason: Command exited with"
                        + " code 52",
                "The executor with id 3 exited with exit code 52(JVM OOM).",
                "Container marked as failed: container_1_2 on host: worker-7. Exit status: 52. Diagnostics: none"
            })
    void anExecutorThatLeftWithoutMemoryIsToldSo(String said) {
        var failure = new SparkException("Job aborted due to stage failure: Lost task 0.3 in stage 0.0: " + said);
        assertThat(ExitCode.of(failure)).isEqualTo(ExitCode.FAILED);
        assertThat(ExitCode.message(failure)).startsWith("memory ran out: an executor exited with code 52");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Command exited with code 1", "Command exited with code 520", "Exit status: 152"})
    void anExecutorThatLeftOtherwiseIsToldAsItIs(String said) {
        assertThat(ExitCode.message(new SparkException(said))).isEqualTo(said);
    }

    @ParameterizedTest
    @CsvSource({
        "Command exited with code 137, 'spark.executor.memoryOverhead'",
        "Executor heartbeat timed out after 130000 ms, 'see the logs of executors'"
    })
    void thatATaskLosesEveryExecutorIsToldInOneLine(String reason, String advice) {
        var failure = new SparkException("Job aborted due to stage failure: Task 1 in stage 2.0 failed 4 times, most"
                + " recent failure: Lost task 1.3 in stage 2.0 (TID 9) (127.0.0.1 executor 4): ExecutorLostFailure"
                + " (executor 4 exited caused by one of the running tasks) Reason: " + reason + "\nDriver stacktrace:");
        assertThat(ExitCode.of(failure)).isEqualTo(ExitCode.FAILED);
        assertThat(ExitCode.message(failure))
                .hasLineCount(1)
                .startsWith("a task lost its executor 4 times, last by \"" + reason + "\"")
                .contains(advice)
                .endsWith("run the same command again");
    }

    /** As Java, Hadoop and S3 say it, also in a task. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "No space left on device",
                "Disk quota exceeded",
                "Read-only file system",
                "x: getFileStatus on s3a://b/x: (Service: S3, Status Code: 403, Request ID: 1)",
                "/x (Permission denied)",
                "The specified bucket does not exist (Service: S3, Status Code: 404)",
                "NoAwsCredentialsException: no credentials"
            })
    void whatOnlyAPersonCanMendIsNotTriedAgain(String said) {
        for (Throwable failure :
                List.of(new IOException(said), new SparkException("Job aborted", new IOException(said)))) {
            assertThat(ExitCode.of(failure)).isEqualTo(ExitCode.STORE_REFUSED);
            assertThat(ExitCode.message(failure)).contains(said, "; ");
            assertThat(ExitCode.isDefect(failure)).isFalse();
        }
        assertThat(ExitCode.of(new IllegalStateException(said)))
                .as("nobody's file")
                .isEqualTo(ExitCode.FAILED);
    }

    @Test
    void aStoreThatDoesNotAnswerMayBeTriedAgain() {
        assertThat(ExitCode.of(new ConnectException("Connection refused"))).isEqualTo(ExitCode.FAILED);
        assertThat(ExitCode.message(new ConnectException("Connection refused")))
                .isEqualTo("it does not answer: Connection refused; check that the server runs and that its address is"
                        + " right, then run the same command again");
    }

    @Test
    void onlyWhatNobodyExpectedIsADefect() {
        assertThat(ExitCode.isDefect(new IllegalStateException("a bug"))).isTrue();
        assertThat(ExitCode.isDefect(new NullPointerException("x"))).isTrue();
        assertThat(ExitCode.isDefect(new IOException("x"))).isFalse();
        assertThat(ExitCode.isDefect(new RuntimeException("bad_alloc"))).isFalse();
        assertThat(ExitCode.isDefect(new IllegalStateException("Cannot call methods on a stopped SparkContext.\nThis")))
                .isFalse();
    }

    @Test
    void anythingElseMayBeTriedAgain() {
        assertThat(ExitCode.of(new IOException("connection lost"))).isEqualTo(ExitCode.FAILED);
        assertThat(ExitCode.of(new IllegalStateException("a bug"))).isEqualTo(ExitCode.FAILED);
    }

    @Test
    void aMessageIsNeverEmptyOrBare() {
        assertThat(ExitCode.message(new IOException((String) null))).isEqualTo("java.io.IOException");
        assertThat(ExitCode.message(new FileNotFoundException("there is no a.txt")))
                .isEqualTo("there is no a.txt");
        assertThat(ExitCode.message(new IOException("the end between this and that host", new EOFException())))
                .isEqualTo("the end between this and that host");
        var refused = new ConnectException("Connection refused");
        var told = (ConnectException) new ConnectException("call from a to b:8020 failed").initCause(refused);
        assertThat(ExitCode.message(new SparkException("job aborted", told)))
                .startsWith("it does not answer: call from a to b:8020 failed; ");
        assertThat(ExitCode.message(new IOException("outside", new IOException("inside"))))
                .isEqualTo("inside");
        assertThat(ExitCode.message(new NullPointerException("x"))).isEqualTo("java.lang.NullPointerException: x");
    }
}
