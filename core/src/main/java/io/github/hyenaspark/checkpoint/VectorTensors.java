package io.github.hyenaspark.checkpoint;

import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Safetensors;
import io.github.hyenaspark.io.Safetensors.Contents;
import io.github.hyenaspark.io.Safetensors.Tensor;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.model.ParameterEntry;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A vector of P elements as a file of named tensors, cut by the parameter table and in its order. */
final class VectorTensors {
    private VectorTensors() {}

    static VectorFile write(Storage storage, String run, String directory, String vector, Checkpoint checkpoint)
            throws IOException {
        float[] values = checkpoint.vector(vector);
        List<Tensor> tensors = checkpoint.table().stream()
                .map(entry -> new Tensor(entry.name(), shape(entry), values, Math.toIntExact(entry.offset())))
                .toList();
        String path = directory + "/" + vector + ".safetensors";
        Map<String, String> metadata = Map.of("vector", vector, "round", Long.toString(checkpoint.round()));
        FileInfo file = storage.write(Storage.resolve(run, path), out -> Safetensors.write(out, tensors, metadata));
        return new VectorFile(vector, path, file.bytes(), file.crc32c(), file.sha256());
    }

    static float[] read(Storage storage, String run, VectorFile file, List<ParameterEntry> table) throws IOException {
        FileInfo expected = file.in(run);
        Contents contents;
        try (InputStream in = storage.openVerified(expected)) {
            contents = Safetensors.read(expected.uri(), in, expected.bytes());
        }
        List<Tensor> tensors = contents.tensors();
        if (tensors.size() != table.size()) {
            throw new CorruptFileException(
                    expected.uri(), table.size() + " tensors, as in the table", tensors.size() + "");
        }
        for (int i = 0; i < tensors.size(); i++) {
            Tensor tensor = tensors.get(i);
            ParameterEntry entry = table.get(i);
            if (!tensor.name().equals(entry.name()) || !Arrays.equals(tensor.shape(), shape(entry))) {
                throw new CorruptFileException(
                        expected.uri(),
                        "tensor " + entry.name() + " of shape " + entry.shape(),
                        tensor.name() + " of shape " + Arrays.toString(tensor.shape()));
            }
        }
        return contents.values();
    }

    private static long[] shape(ParameterEntry entry) {
        return entry.shape().stream().mapToLong(Integer::longValue).toArray();
    }
}
