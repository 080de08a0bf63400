package io.github.hyenaspark.jobs.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Safetensors;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.run.FittingDirectory;
import io.github.hyenaspark.jobs.spark.run.RunTokenizer;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** The files of a fitted model: a sealed description, and parameters that have a length but no hash. */
final class FittedFiles {
    private FittedFiles() {}

    static String description(String model) {
        return Storage.resolve(model, FittingDirectory.DESCRIPTION);
    }

    /** What is wrong with the files in the directory of a fitted model, a sentence each. */
    static List<String> faults(Storage storage, String model) throws IOException {
        String description = description(model);
        List<String> faults = new ArrayList<>();
        try {
            JsonNode json = Json.Sealed.SEAL.open(description, storage.read(description));
            String tokenizer = RunTokenizer.uri(model);
            check(faults, tokenizer, () -> Json.parse(tokenizer, storage.read(tokenizer)));
            for (JsonNode member : Json.elements(json, description, "members")) {
                String name = Json.text(member, description, "name");
                String file = Storage.resolve(model, name + ".safetensors");
                check(faults, file, () -> {
                    try (InputStream in = storage.open(file)) {
                        Safetensors.read(file, in, storage.length(file));
                    }
                });
            }
        } catch (CorruptFileException | FileNotFoundException e) {
            faults.add(description + ": " + e.getMessage());
        }
        return faults;
    }

    private interface Reading {
        void run() throws IOException;
    }

    private static void check(List<String> faults, String file, Reading reading) throws IOException {
        try {
            reading.run();
        } catch (CorruptFileException | FileNotFoundException e) {
            faults.add(file + ": " + e.getMessage());
        }
    }
}
