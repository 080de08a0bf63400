package io.github.hyenaspark.data.prepare;

import io.github.hyenaspark.data.document.DocumentStep;
import io.github.hyenaspark.data.shard.ShardFormat;
import io.github.hyenaspark.data.shard.Vocabulary;
import io.github.hyenaspark.data.shard.table.DocumentTable;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * All that decides the shards of an input: settings, tokenizer, and the files that the settings name, with the SHA-256
 * (hex) of the BED file or nothing, and the names and versions of the user's steps. A dataset has one spec; other
 * settings need another dataset.
 */
public record DatasetSpec(DataConfig config, Vocabulary vocabulary, String bedSha256, String stepVersions)
        implements Serializable {
    private static final int FINGERPRINT_DIGITS = 32;

    /**
     * The spec of some settings; reads the tokenizer's file and the BED file, if any. IllegalArgumentException if they
     * are missing or malformed, or a step or a further column of the document table cannot be.
     */
    public static DatasetSpec of(Storage storage, DataConfig config) throws IOException {
        DataConfig absolute = config.qualified(storage);
        DocumentTable.check(absolute.source().columns());
        return new DatasetSpec(
                absolute,
                vocabulary(Tokenizer.open(storage, absolute.tokenizer())),
                bedSha256(storage, absolute.source().fasta().bed()),
                DocumentStep.named(absolute.clean().steps()).stream()
                        .map(step -> step.name() + " " + step.version())
                        .collect(Collectors.joining(", ")));
    }

    /** Throws CorruptFileException if the BED file is another by now: its splits would be others. */
    public void checkBed(Storage storage) throws IOException {
        String bed = config.source().fasta().bed();
        String found = bedSha256(storage, bed);
        if (!found.equals(bedSha256)) {
            throw new CorruptFileException(
                    bed,
                    "the file as this prepare found it, SHA-256 " + bedSha256,
                    "SHA-256 " + found,
                    "put it back, or prepare another dataset");
        }
    }

    /** The SHA-256 (hex) of a BED file, or nothing if none is named. IllegalArgumentException if it is missing. */
    public static String bedSha256(Storage storage, String bed) throws IOException {
        if (bed.isBlank()) {
            return "";
        }
        return Refusal.unlessMissing("data.source.fasta.bed", "a BED file, or nothing", () -> storage.hashed(bed))
                .sha256();
    }

    private static Vocabulary vocabulary(Tokenizer tokenizer) {
        return new Vocabulary(
                tokenizer.name(),
                tokenizer.fingerprint(),
                tokenizer.vocabularySize(),
                tokenizer.endOfDocument(),
                tokenizer.masked());
    }

    public ShardFormat format() {
        return ShardFormat.of(vocabulary.size(), config.shardBytes());
    }

    public String tokenizerUri() {
        return tokenizerUri(config.dataset(), vocabulary.fingerprint());
    }

    public static String tokenizerUri(String dataset, String fingerprint) {
        return Storage.resolve(dataset, tokenizerFile(fingerprint));
    }

    /** The tokenizer's file in a dataset. */
    public static String tokenizerFile(String fingerprint) {
        return "tokenizer/" + fingerprint + "/tokenizer.json";
    }

    public void storeTokenizer(Storage storage) throws IOException {
        byte[] file = Tokenizer.open(storage, config.tokenizer()).file();
        storage.write(tokenizerUri(), out -> out.write(file));
    }

    public Tokenizer tokenizer(Storage storage) throws IOException {
        return Tokenizer.ofFile(vocabulary.tokenizer(), storage.read(tokenizerUri()));
    }

    /** The settings that decide the shards, as text: all but locations. */
    public Map<String, String> identity() {
        Map<String, String> identity = new TreeMap<>();
        // a tokenizer's file is known by its fingerprint, wherever it is
        identity.put("tokenizer", vocabulary.tokenizer().endsWith(Tokenizer.FILE_ENDING) ? "" : vocabulary.tokenizer());
        identity.put("unit-bytes", Long.toString(config.unitBytes()));
        identity.put("shard-bytes", Long.toString(config.shardBytes()));
        if (config.validationDocuments().isEmpty()) {
            identity.put("validation-fraction", Double.toString(config.validationFraction()));
            identity.put("split-by", config.splitBy());
        } else {
            identity.put(
                    "validation-documents",
                    String.join(
                            ", ", config.validationDocuments().stream().sorted().toList()));
        }
        identity.putAll(config.source().identity());
        identity.putAll(config.clean().identity());
        identity.put("bed-sha256", bedSha256);
        identity.put("step-versions", stepVersions);
        identity.values().removeIf(String::isEmpty);
        return identity;
    }

    /** 128 bits of the SHA-256 of {@link #identity()} and the tokenizer's fingerprint, 32 hexadecimal digits. */
    public String fingerprint() {
        String text = identity() + "\n" + vocabulary.fingerprint() + "\n";
        return Hashes.sha256(text).substring(0, FINGERPRINT_DIGITS);
    }
}
