package io.github.hyenaspark.jobs.report.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.nd4j.shade.protobuf.CodedInputStream;
import org.tensorflow.framework.DataType;
import org.tensorflow.framework.Summary;

/** Read back record by record, with TensorFlow's own definition of a summary. */
class EventFileTest {
    private record Event(double wallTime, long step, String version, Summary summary) {
        Map<String, Float> scalars() {
            return summary.getValueList().stream()
                    .collect(Collectors.toMap(Summary.Value::getTag, Summary.Value::getSimpleValue));
        }
    }

    private static ObjectNode line(int round) {
        ObjectNode line = Json.object()
                .put("round", round)
                .put("tokens", 3000L * round)
                .put("loss", 5.0 / round)
                .put("steps", 200L * round)
                .put("lr", 1e-3)
                .put("ended", "2026-01-02T03:04:0" + round + ".5Z");
        line.putObject("ms").put("slowest_compute", 1000).put("total", 1500);
        return line;
    }

    private static byte[] file(int rounds) {
        var file = new EventFile();
        for (int round = 1; round <= rounds; round++) {
            file.add(line(round));
        }
        return file.bytes();
    }

    /** As TensorFlow's record reader unmasks. */
    private static int unmasked(int masked) {
        return Integer.rotateLeft(masked - 0xA282EAD8, 15);
    }

    private static int crc(byte[] data) {
        var crc = new CRC32C();
        crc.update(data);
        return (int) crc.getValue();
    }

    private static List<Event> read(byte[] file) throws IOException {
        List<Event> events = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            byte[] length = Arrays.copyOfRange(file, in.position(), in.position() + Long.BYTES);
            byte[] data = new byte[Math.toIntExact(in.getLong())];
            assertThat(unmasked(in.getInt())).isEqualTo(crc(length));
            in.get(data);
            assertThat(unmasked(in.getInt())).isEqualTo(crc(data));
            events.add(event(CodedInputStream.newInstance(data)));
        }
        return events;
    }

    private static Event event(CodedInputStream in) throws IOException {
        double wallTime = 0;
        long step = 0;
        String version = "";
        Summary summary = Summary.getDefaultInstance();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag >>> 3) {
                case 1 -> wallTime = in.readDouble();
                case 2 -> step = in.readInt64();
                case 3 -> version = new String(in.readByteArray(), StandardCharsets.UTF_8);
                case 5 -> summary = Summary.parseFrom(in.readByteArray());
                default -> throw new AssertionError("field " + (tag >>> 3));
            }
        }
        return new Event(wallTime, step, version, summary);
    }

    @Test
    void everyRecordReadsBackAndSaysWhatTheJournalSays() throws IOException {
        List<Event> events = read(file(2));
        assertThat(events).hasSize(3);
        assertThat(events.get(0).version()).isEqualTo("brain.Event:2");
        Event second = events.get(2);
        assertThat(second.step()).isEqualTo(400);
        assertThat(second.wallTime()).isEqualTo(1_767_323_042.5);
        assertThat(second.scalars())
                .containsEntry("loss/train", 2.5f)
                .containsEntry("steps/learning_rate", 1e-3f)
                .containsEntry("rounds/tokens", 6000f)
                .containsEntry("rounds/tokens_per_second", 2000f)
                .containsEntry("milliseconds/slowest_compute", 1000f)
                .doesNotContainKey("loss/held_out");
    }

    /** As TensorFlow's own {@code tf.summary.text} writes it: a string without dimensions, for the plug-in "text". */
    @Test
    void aSampleIsATextOfTensorBoard() throws IOException {
        ObjectNode line = line(1);
        line.putObject("sample").put("prompt", "Once ").put("text", "upon *a*\n<time>");
        var file = new EventFile();
        file.add(line);
        Summary.Value sample = read(file.bytes()).get(1).summary().getValueList().stream()
                .filter(Summary.Value::hasTensor)
                .findAny()
                .orElseThrow();
        assertThat(sample.getTag()).isEqualTo("sample");
        assertThat(sample.getMetadata().getPluginData().getPluginName()).isEqualTo("text");
        assertThat(sample.getTensor().getDtype()).isEqualTo(DataType.DT_STRING);
        assertThat(sample.getTensor().hasTensorShape()).isTrue();
        assertThat(sample.getTensor().getTensorShape().getDimCount()).isZero();
        assertThat(sample.getTensor().getStringVal(0).toStringUtf8()).isEqualTo("    Once upon *a*\n    <time>\n");
    }

    @Test
    void aLateSampleStandsAtTheStepsOfItsOwnRound() throws IOException {
        ObjectNode line = line(2);
        line.putArray("late_samples")
                .addObject()
                .put("round", 1)
                .put("steps", 17)
                .put("prompt", "Once ")
                .put("text", "upon");
        var file = new EventFile();
        file.add(line);
        Event late = read(file.bytes()).stream()
                .filter(event -> event.summary().getValueList().stream().anyMatch(Summary.Value::hasTensor))
                .findAny()
                .orElseThrow();
        assertThat(late.step()).isEqualTo(17);
    }

    @Test
    void moreRoundsOnlyAddToTheFile() {
        byte[] shorter = file(2);
        assertThat(Arrays.copyOf(file(5), shorter.length)).isEqualTo(shorter);
    }

    @Test
    void withoutRoundsThereIsNothing() {
        assertThat(new EventFile().bytes()).isEmpty();
    }
}
