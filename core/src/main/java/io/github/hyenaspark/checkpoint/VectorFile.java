package io.github.hyenaspark.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Safetensors;
import io.github.hyenaspark.io.Safetensors.Contents;
import io.github.hyenaspark.io.Safetensors.Tensor;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.model.ParameterEntry;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The file of one vector, named tensors in the safetensors format, as the manifest lists it.
 *
 * @param path {@code data/DIRECTORY/FILE}, relative to the run's directory, so that a run can be moved
 */
public record VectorFile(String vector, String path, long bytes, long crc32c, String sha256) implements Serializable {
    private static final int READ_BYTES = 1 << 20;
    /** No part begins with a dot and there is no colon, so a path cannot leave the run's data. */
    private static final Pattern PATH = Pattern.compile(RunLayout.DATA + "(/[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}){2}");

    public VectorFile {
        Checkpoint.checkName(vector);
        if (!PATH.matcher(path).matches()) {
            throw new IllegalArgumentException("the path of vector " + vector
                    + " must be data/DIRECTORY/FILE within the run, found \"" + path + "\"");
        }
        if (bytes < 0 || crc32c < 0 || crc32c > 0xFFFF_FFFFL) {
            throw new IllegalArgumentException(
                    "vector " + vector + " needs a length and a CRC-32C, found " + bytes + " and " + crc32c);
        }
    }

    FileInfo in(String runDirectory) {
        return new FileInfo(Storage.resolve(runDirectory, path), bytes, sha256, crc32c, 0, "");
    }

    /** Writes a vector of a checkpoint as one tensor per parameter, in its order. */
    static VectorFile write(Storage storage, String run, String directory, String vector, Checkpoint checkpoint)
            throws IOException {
        float[] values = checkpoint.vector(vector);
        List<Tensor> tensors = checkpoint.table(vector).stream()
                .map(entry -> new Tensor(entry.name(), shape(entry), values, Math.toIntExact(entry.offset())))
                .toList();
        Map<String, String> metadata = Map.of("vector", vector, "round", Long.toString(checkpoint.round()));
        return write(storage, run, vector, directory + "/" + vector + ".safetensors", tensors, metadata);
    }

    static VectorFile write(
            Storage storage, String run, String vector, String path, List<Tensor> tensors, Map<String, String> metadata)
            throws IOException {
        FileInfo file = storage.write(Storage.resolve(run, path), out -> Safetensors.write(out, tensors, metadata));
        return new VectorFile(vector, path, file.bytes(), file.crc32c(), file.sha256());
    }

    private Contents read(Storage storage, String run) throws IOException {
        FileInfo expected = in(run);
        try (InputStream in = storage.openVerified(expected)) {
            return Safetensors.read(expected.uri(), in, expected.bytes());
        }
    }

    /** Reads every byte; CorruptFileException if one has changed, FileNotFoundException if it is missing. */
    void verify(Storage storage, String run) throws IOException {
        readAll(storage, in(run));
    }

    /** The same by its length and CRC-32C alone, which is quicker. */
    void check(Storage storage, String run) throws IOException {
        FileInfo all = in(run);
        readAll(storage, new FileInfo(all.uri(), all.bytes(), "", all.crc32c(), all.modifiedMillis(), ""));
    }

    private static void readAll(Storage storage, FileInfo file) throws IOException {
        byte[] buffer = new byte[READ_BYTES];
        try (InputStream in = storage.openVerified(file)) {
            for (int got = 0; got >= 0; got = in.read(buffer)) {
                // the stream compares at its end
            }
        }
    }

    /** Its tensors, each in an array of its own. */
    List<Tensor> readApart(Storage storage, String run) throws IOException {
        FileInfo expected = in(run);
        try (InputStream in = storage.openVerified(expected)) {
            return Safetensors.readApart(expected.uri(), in, expected.bytes());
        }
    }

    /**
     * A vector that {@link #write} wrote.
     *
     * @param entries the parameters whose elements it has, in its order
     */
    record Vector(float[] values, List<ParameterEntry> entries) {}

    /** Reads a vector; its tensors must be parameters of the table, each at most once. */
    Vector read(Storage storage, String run, List<ParameterEntry> table) throws IOException {
        Contents contents = read(storage, run);
        String uri = in(run).uri();
        Map<String, ParameterEntry> parameters = new HashMap<>();
        table.forEach(entry -> parameters.put(entry.name(), entry));
        List<ParameterEntry> entries = new ArrayList<>();
        for (Tensor tensor : contents.tensors()) {
            ParameterEntry entry = parameters.remove(tensor.name());
            if (entry == null || !Arrays.equals(tensor.shape(), shape(entry))) {
                throw new CorruptFileException(
                        uri,
                        entry == null ? "tensors of the parameter table" : entry.name() + " of shape " + entry.shape(),
                        tensor.name() + " of shape " + Arrays.toString(tensor.shape()));
            }
            entries.add(new ParameterEntry(entry.name(), entry.shape(), tensor.offset(), entry.group()));
        }
        return new Vector(contents.values(), List.copyOf(entries));
    }

    private static long[] shape(ParameterEntry entry) {
        return entry.shape().stream().mapToLong(Integer::longValue).toArray();
    }

    String directory() {
        return path.substring(RunLayout.DATA.length() + 1, path.lastIndexOf('/'));
    }

    ObjectNode toJson() {
        return Json.object()
                .put("vector", vector)
                .put("path", path)
                .put("bytes", bytes)
                .put("crc32c", crc32c)
                .put("sha256", sha256);
    }

    static VectorFile fromJson(String file, JsonNode json) throws CorruptFileException {
        return new VectorFile(
                Json.text(json, file, "vector"),
                Json.text(json, file, "path"),
                Json.wholeNumber(json, file, "bytes"),
                Json.wholeNumber(json, file, "crc32c"),
                Json.text(json, file, "sha256"));
    }
}
