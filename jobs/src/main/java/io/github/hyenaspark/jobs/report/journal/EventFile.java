package io.github.hyenaspark.jobs.report.journal;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The scalars and texts of a journal for TensorBoard: a file of TFRecords, each an {@code Event} in protocol buffers.
 * The same lines give the same bytes and further lines only append, so that a reader continues where it was.
 *
 * <p>A TFRecord is the length of the data (8 bytes, little-endian), the masked CRC32C of that, the data, and the masked
 * CRC32C of the data (TensorFlow, {@code core/lib/io/record_writer.cc}). An event has {@code wall_time} = 1,
 * {@code step} = 2, {@code file_version} = 3 and {@code summary} = 5 ({@code core/util/event.proto}); a summary has
 * values = 1 of {@code tag} = 1 and {@code simple_value} = 2, or for a text {@code tensor} = 8 and {@code metadata} = 9
 * that name the plug-in "text" ({@code core/framework/summary.proto}, {@code tensor.proto}).
 */
public final class EventFile {
    private static final String VERSION = "brain.Event:2";
    private static final int CRC_MASK = 0xA282EAD8;
    private static final int CRC_TURN = 15;
    private static final int VARINT = 0; // wire types of protocol buffers
    private static final int FIXED_64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED_32 = 5;
    private static final int STRING = 7; // DT_STRING
    private static final int TENSOR = 2; // DATA_CLASS_TENSOR
    private static final int CODE = 4; // columns that make lines code in Markdown
    private static final double NANOS = 1e-9;

    private static final List<Map.Entry<String, String>> SCALARS = List.of(
            Map.entry("loss", "loss/train"),
            Map.entry("held_out_loss", "loss/held_out"),
            Map.entry("lr", "steps/learning_rate"),
            Map.entry("outer_lr", "steps/outer_learning_rate"),
            Map.entry("update_norm", "steps/update_norm"),
            Map.entry("delta_cosine", "steps/delta_cosine"),
            Map.entry("tokens", "rounds/tokens"),
            Map.entry("bytes_down", "rounds/bytes_down"),
            Map.entry("bytes_up", "rounds/bytes_up"));

    private final ByteArrayOutputStream records = new ByteArrayOutputStream();
    private double tokens;

    /** Adds a line of the journal; the step is the number of local steps per worker. */
    public void add(JsonNode entry) {
        double ended = seconds(entry.path("ended").asText());
        if (records.size() == 0) {
            record(event(ended, 0, 3, VERSION.getBytes(StandardCharsets.UTF_8)));
        }
        var summary = new ByteArrayOutputStream();
        for (Map.Entry<String, String> scalar : SCALARS) {
            JsonNode number = entry.path(scalar.getKey());
            if (number.isNumber()) {
                value(summary, scalar.getValue(), number.floatValue());
            }
        }
        for (Map.Entry<String, JsonNode> phase : entry.path("ms").properties()) {
            value(summary, "milliseconds/" + phase.getKey(), phase.getValue().floatValue());
        }
        double now = entry.path("tokens").asDouble();
        double millis = entry.path("ms").path("total").asDouble();
        if (millis > 0) {
            value(summary, "rounds/tokens_per_second", (float) (1000 * (now - tokens) / millis));
        }
        tokens = now;
        for (JsonNode late : entry.path("late_samples")) {
            var before = new ByteArrayOutputStream();
            text(before, textOf(late));
            record(event(ended, late.path("steps").asLong(), 5, before.toByteArray()));
        }
        if (entry.path("sample").isObject()) {
            text(summary, textOf(entry.path("sample")));
        }
        record(event(ended, entry.path("steps").asLong(), 5, summary.toByteArray()));
    }

    private static String textOf(JsonNode sample) {
        return sample.path("prompt").asText() + sample.path("text").asText();
    }

    /** The file; empty without lines. */
    public byte[] bytes() {
        return records.toByteArray();
    }

    /** Since 1970; 0 where a line does not say when its round ended. */
    private static double seconds(String instant) {
        try {
            Instant parsed = Instant.parse(instant);
            return parsed.getEpochSecond() + NANOS * parsed.getNano();
        } catch (DateTimeParseException e) {
            return 0;
        }
    }

    private static byte[] event(double wallTime, long step, int field, byte[] content) {
        var event = new ByteArrayOutputStream();
        tag(event, 1, FIXED_64);
        event.writeBytes(little(Long.BYTES).putDouble(wallTime).array());
        tag(event, 2, VARINT);
        varint(event, step);
        bytes(event, field, content);
        return event.toByteArray();
    }

    private static void value(ByteArrayOutputStream summary, String tag, float scalar) {
        var value = new ByteArrayOutputStream();
        bytes(value, 1, tag.getBytes(StandardCharsets.UTF_8));
        tag(value, 2, FIXED_32);
        value.writeBytes(little(Float.BYTES).putFloat(scalar).array());
        bytes(summary, 1, value.toByteArray());
    }

    /** A scalar tensor of one string. TensorBoard renders texts as Markdown; indented, they appear verbatim. */
    private static void text(ByteArrayOutputStream summary, String text) {
        var tensor = new ByteArrayOutputStream();
        tag(tensor, 1, VARINT); // dtype
        varint(tensor, STRING);
        bytes(tensor, 2, new byte[0]); // tensor_shape: no dimensions
        bytes(tensor, 8, text.indent(CODE).getBytes(StandardCharsets.UTF_8)); // string_val
        var plugin = new ByteArrayOutputStream();
        bytes(plugin, 1, "text".getBytes(StandardCharsets.UTF_8)); // plugin_name
        var metadata = new ByteArrayOutputStream();
        bytes(metadata, 1, plugin.toByteArray()); // plugin_data
        tag(metadata, 4, VARINT); // data_class
        varint(metadata, TENSOR);
        var value = new ByteArrayOutputStream();
        bytes(value, 1, "sample".getBytes(StandardCharsets.UTF_8));
        bytes(value, 8, tensor.toByteArray());
        bytes(value, 9, metadata.toByteArray());
        bytes(summary, 1, value.toByteArray());
    }

    private static void bytes(ByteArrayOutputStream to, int field, byte[] content) {
        tag(to, field, BYTES);
        varint(to, content.length);
        to.writeBytes(content);
    }

    private static void tag(ByteArrayOutputStream to, int field, int wireType) {
        varint(to, (field << 3) | wireType);
    }

    private static void varint(ByteArrayOutputStream to, long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            to.write((int) (rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        to.write((int) rest);
    }

    private void record(byte[] data) {
        byte[] length = little(Long.BYTES).putLong(data.length).array();
        records.writeBytes(length);
        records.writeBytes(maskedCrc(length));
        records.writeBytes(data);
        records.writeBytes(maskedCrc(data));
    }

    private static byte[] maskedCrc(byte[] data) {
        var crc = new CRC32C();
        crc.update(data);
        int masked = Integer.rotateRight((int) crc.getValue(), CRC_TURN) + CRC_MASK;
        return little(Integer.BYTES).putInt(masked).array();
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
