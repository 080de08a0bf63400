package io.github.hyenaspark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import java.util.SortedSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Every fault that training must outlive has a test: a test says in a tag, {@code fault-} and the number, which fault
 * it belongs to. {@code mvn verify -Pendurance -Dgroups=fault-12} runs those of one fault. Unless the fault says
 * otherwise, the end is the SHA-256 of the parameters of an undisturbed run.
 *
 * <table>
 * <caption>The faults</caption>
 * <tr><td>1</td><td>the driver dies by SIGKILL at any instant of a round or a save</td></tr>
 * <tr><td>2</td><td>a save stops after any of its store operations, its last write torn anywhere</td></tr>
 * <tr><td>3</td><td>an executor dies by SIGKILL</td></tr>
 * <tr><td>4</td><td>a task throws, runs out of memory, ends its process or hangs</td></tr>
 * <tr><td>5</td><td>two attempts of a task both end: speculation</td></tr>
 * <tr><td>6</td><td>results arrive in any order, and are merged at one place or in parts</td></tr>
 * <tr><td>7</td><td>other numbers of executors and cores, and executors that come and go</td></tr>
 * <tr><td>8</td><td>an object is cut, emptied, changed, swapped or deleted: the checkpoint before it is used</td></tr>
 * <tr><td>9</td><td>all checkpoints are bad: exit code 3, nothing is deleted</td></tr>
 * <tr><td>10</td><td>a manifest without its data</td></tr>
 * <tr><td>11</td><td>the store fails before or after an operation, refuses, or is full</td></tr>
 * <tr><td>12</td><td>a driver that was replaced wakes up and commits: exit code 75, and it does not count</td></tr>
 * <tr><td>13</td><td>two drivers start at once on one run: one goes on, the other ends with 75</td></tr>
 * <tr><td>14</td><td>SIGTERM to the driver: a checkpoint and exit code 143; decommissioned executors</td></tr>
 * <tr><td>15</td><td>clocks jump</td></tr>
 * <tr><td>16</td><td>a resume at the end of an epoch, at the first round, at the last and after it</td></tr>
 * <tr><td>17</td><td>other settings, data or tokenizer than the run's: refused by name</td></tr>
 * <tr><td>18</td><td>a worker's result is no number or far out of line</td></tr>
 * <tr><td>19</td><td>fewer sequences than the workers take, and text that counts for nothing: a worker's, or all</td></tr>
 * <tr><td>20</td><td>old checkpoints are deleted under a reader, or by a driver that dies meanwhile</td></tr>
 * <tr><td>21</td><td>HDFS: the name node refuses or starts again, data nodes die while a checkpoint is written</td></tr>
 * <tr><td>22</td><td>another number of threads or another kernel at a resume: refused, or marked</td></tr>
 * <tr><td>23</td><td>a thousand rounds: threads, files and memory stay as they are</td></tr>
 * <tr><td>24</td><td>the journal cannot be written or read: training goes on</td></tr>
 * </table>
 */
class FaultMatrixTest {
    private static final int LAST = 24;

    @Test
    void everyFaultHasATest() throws IOException {
        Map<Integer, SortedSet<String>> tests = TaggedTests.byNumber("fault");
        assertThat(tests.keySet())
                .as("faults with a test: %s", tests)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, LAST).boxed().toList());
    }
}
