package io.github.hyenaspark.checkpoint;

import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Safetensors;
import io.github.hyenaspark.io.Safetensors.Contents;
import io.github.hyenaspark.io.Safetensors.Tensor;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * What workers keep for themselves between rounds: immutable objects that their tasks write under names no other
 * attempt has. One counts when a manifest names it.
 */
public final class WorkerStateFiles {
    private static final String PREFIX = "worker-";
    private static final Pattern NAME = Pattern.compile(PREFIX + "\\d{1,9}");

    private WorkerStateFiles() {}

    /** A directory for what workers keep after a round, relative to the run; another one at each call. */
    public static String newDirectory(long round, long epoch) {
        return RunLayout.DATA + "/" + new ManifestName(round, epoch).prefix() + "-" + UUID.randomUUID();
    }

    /** Writes what a worker keeps: vectors of P elements by name. */
    public static VectorFile write(
            Storage storage, String run, String directory, int worker, Map<String, float[]> vectors)
            throws IOException {
        List<Tensor> tensors = new ArrayList<>();
        new TreeMap<>(vectors)
                .forEach((name, values) -> tensors.add(new Tensor(name, new long[] {values.length}, values, 0)));
        String path = directory + "/" + PREFIX + worker + "-" + UUID.randomUUID() + ".safetensors";
        Map<String, String> metadata = Map.of("worker", Integer.toString(worker));
        FileInfo file = storage.write(Storage.resolve(run, path), out -> Safetensors.write(out, tensors, metadata));
        return new VectorFile(PREFIX + worker, path, file.bytes(), file.crc32c(), file.sha256());
    }

    /**
     * Reads what a worker kept.
     *
     * @throws CorruptFileException if a byte is not as it was written
     */
    public static Map<String, float[]> read(Storage storage, String run, VectorFile file) throws IOException {
        FileInfo expected = file.in(run);
        Contents contents;
        try (InputStream in = storage.openVerified(expected)) {
            contents = Safetensors.read(expected.uri(), in, expected.bytes());
        }
        Map<String, float[]> vectors = new TreeMap<>();
        for (Tensor tensor : contents.tensors()) {
            if (tensor.shape().length != 1) {
                throw new CorruptFileException(
                        expected.uri(), "vectors", tensor.name() + " of shape " + Arrays.toString(tensor.shape()));
            }
            int count = Math.toIntExact(tensor.elements());
            vectors.put(tensor.name(), Arrays.copyOfRange(contents.values(), tensor.offset(), tensor.offset() + count));
        }
        return vectors;
    }

    /**
     * Whose it is: k.
     *
     * @throws IllegalArgumentException if it is not what a worker keeps
     */
    public static int worker(VectorFile file) {
        if (!NAME.matcher(file.vector()).matches()) {
            throw new IllegalArgumentException(
                    "what a worker keeps is named worker-K, found \"" + file.vector() + "\"");
        }
        return Integer.parseInt(file.vector().substring(PREFIX.length()));
    }
}
