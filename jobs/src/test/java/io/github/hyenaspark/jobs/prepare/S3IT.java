package io.github.hyenaspark.jobs.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.testing.HyenaProcess;
import io.github.hyenaspark.jobs.testing.NamedPoint;
import io.github.hyenaspark.jobs.testing.S3Server;
import io.github.hyenaspark.jobs.testing.SmallRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Corpus and dataset on a server that speaks S3, prepared in processes of their own. */
class S3IT {
    @TempDir
    Path directory;

    @Test
    @Tag("goal-7")
    void aDatasetOnS3HasTheShardsOfOneOnDiskAlsoAfterACrash() throws Exception {
        String onDisk = SmallRun.prepare(directory);
        S3Server server = S3Server.newBucket();
        Storage storage = Storage.of(server.settings());
        copyIn(storage, server.uri("corpus"));
        NamedPoint point = NamedPoint.killing("^shard validation", directory.resolve("death"));
        HyenaProcess process =
                HyenaProcess.on("local[1]").withHadoop(server.settings()).withDriverAt(point);
        String[] prepare = {
            "prepare",
            "data.input=" + server.uri("corpus"),
            "data.dataset=" + server.uri("dataset"),
            "data.validation-documents=[3.txt]"
        };
        SmallRun.Outcome killed = process.run(directory, prepare);
        assertThat(killed.code()).as(killed.messages()).isEqualTo(HyenaProcess.KILLED);
        JsonNode result = process.run(directory, prepare).json();
        assertThat(result.get("documents").intValue()).isEqualTo(4);
        assertThat(tokens(storage, server.uri("dataset"))).isEqualTo(tokens(Storage.local(), onDisk));
    }

    private void copyIn(Storage storage, String to) throws IOException {
        try (Stream<Path> texts = Files.list(directory.resolve("corpus"))) {
            for (Path text : texts.toList()) {
                storage.replace(Storage.resolve(to, text.getFileName().toString()), Files.readAllBytes(text));
            }
        }
    }

    /** The hash of every file of tokens, by its bytes, because units are named by the places of their documents. */
    private static Map<String, Long> tokens(Storage storage, String dataset) throws IOException {
        Map<String, Long> tokens = new TreeMap<>();
        for (FileInfo file : storage.find(dataset)) {
            if (file.name().startsWith("tok-") && file.name().endsWith(".bin")) {
                tokens.put(storage.hashed(file.uri()).sha256(), file.bytes());
            }
        }
        assertThat(tokens).hasSize(2);
        return tokens;
    }
}
