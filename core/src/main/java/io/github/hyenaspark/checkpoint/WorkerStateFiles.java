package io.github.hyenaspark.checkpoint;

import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Safetensors.Tensor;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;

/** The state that workers keep between rounds: immutable files that count once a manifest names them. */
public final class WorkerStateFiles {
    private static final String PREFIX = "worker-";
    private static final Pattern NAME = Pattern.compile(PREFIX + "\\d{1,9}");

    private WorkerStateFiles() {}

    /** Reads states of workers: CorruptFileException or FileNotFoundException if one is not as it was written. */
    @FunctionalInterface
    public interface Check {
        void run(List<VectorFile> files) throws IOException;
    }

    public static String newDirectory(long round, long epoch) {
        return RunLayout.DATA + "/" + new CheckpointManifest.Name(round, epoch).prefix() + "-" + UUID.randomUUID();
    }

    /** Writes a worker's state and reads it back: CorruptFileException if it is not as it was written. */
    public static VectorFile write(
            Storage storage, String run, String directory, int worker, Map<String, float[]> vectors)
            throws IOException {
        List<Tensor> tensors = new ArrayList<>();
        new TreeMap<>(vectors)
                .forEach((name, values) -> tensors.add(new Tensor(name, new long[] {values.length}, values, 0)));
        String path = directory + "/" + PREFIX + worker + "-" + UUID.randomUUID() + ".safetensors";
        Map<String, String> metadata = Map.of("worker", Integer.toString(worker));
        VectorFile written = VectorFile.write(storage, run, PREFIX + worker, path, tensors, metadata);
        written.verify(storage, run); // here, and not by the driver, through which the states of all workers would pass
        return written;
    }

    /** Reads every byte of one; CorruptFileException if one has changed, FileNotFoundException if it is missing. */
    public static void verify(Storage storage, String run, VectorFile file) throws IOException {
        file.verify(storage, run);
    }

    /** A worker's state; CorruptFileException if a byte has changed. */
    public static Map<String, float[]> read(Storage storage, String run, VectorFile file) throws IOException {
        Map<String, float[]> vectors = new TreeMap<>();
        for (Tensor tensor : file.readApart(storage, run)) {
            if (tensor.shape().length != 1) {
                throw new CorruptFileException(
                        file.in(run).uri(), "vectors", tensor.name() + " of shape " + Arrays.toString(tensor.shape()));
            }
            vectors.put(tensor.name(), tensor.values());
        }
        return vectors;
    }

    /** The worker's number, k; IllegalArgumentException if the file is not a worker's state. */
    public static int worker(VectorFile file) {
        if (!NAME.matcher(file.vector()).matches()) {
            throw new IllegalArgumentException("a worker's state is named worker-K, found \"" + file.vector() + "\"");
        }
        return Integer.parseInt(file.vector().substring(PREFIX.length()));
    }
}
