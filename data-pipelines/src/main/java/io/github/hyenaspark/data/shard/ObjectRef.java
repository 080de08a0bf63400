package io.github.hyenaspark.data.shard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.RangeReader;
import io.github.hyenaspark.io.Storage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.util.regex.Pattern;

/**
 * An immutable object of a dataset: a file of a shard, a part of the document table, a quarantine, a list of
 * duplicates. Its file is relative to the dataset, in a folder that tells what it is; its hash is SHA-256 (hex).
 */
public record ObjectRef(String file, long bytes, String sha256) implements Serializable {
    /** No part begins with a dot and there is no colon, so nothing outside the dataset can be meant. */
    private static final Pattern WITHIN =
            Pattern.compile("[^./\\\\:\\p{Cntrl}][^/\\\\:\\p{Cntrl}]*(/[^./\\\\:\\p{Cntrl}][^/\\\\:\\p{Cntrl}]*)*");

    /** What tells of units; everything else can be made again. */
    private static final Pattern ONLY_ONE = Pattern.compile("segments/.*\\.(json|jsonl|bin)");

    private static final int LONGEST = 1000;

    public ObjectRef {
        requireWithin(file);
    }

    static void requireWithin(String file) {
        if (file.length() > LONGEST || !WITHIN.matcher(file).matches()) {
            throw new IllegalArgumentException("an object's file must be a path within its dataset, found \""
                    + file.substring(0, Math.min(file.length(), LONGEST)) + "\"");
        }
    }

    public static ObjectRef of(String folder, FileInfo written) {
        return new ObjectRef(folder + "/" + written.name(), written.bytes(), written.sha256());
    }

    public boolean isIn(String folder) {
        return file.startsWith(folder + "/");
    }

    /** Whether it exists with its length; its content is not read. */
    public boolean isThere(Storage storage, String dataset) throws IOException {
        try {
            return storage.length(Storage.resolve(dataset, file)) == bytes;
        } catch (FileNotFoundException e) {
            return false;
        }
    }

    /** Reads it whole; throws if it is missing or its hash differs. */
    public void verify(Storage storage, String dataset) throws IOException {
        String uri = Storage.resolve(dataset, file);
        checkLengthAt(storage, uri);
        checkHash(uri, storage.hashed(uri).sha256());
    }

    public byte[] read(Storage storage, String dataset) throws IOException {
        String uri = Storage.resolve(dataset, file);
        byte[] content;
        try {
            content = storage.read(uri, Math.toIntExact(bytes + 1)); // one more shows that it is longer
        } catch (FileNotFoundException e) {
            throw missing(uri);
        }
        if (content.length != bytes) {
            checkLengthAt(storage, uri);
        }
        checkHash(uri, Hashes.sha256(content));
        return content;
    }

    /** Throws if it is missing or its length differs; its content is not read. */
    public void checkLength(Storage storage, String dataset) throws IOException {
        checkLengthAt(storage, Storage.resolve(dataset, file));
    }

    /** For random reads; throws if it is missing or its length differs. The caller closes it. */
    public RangeReader openRange(Storage storage, String dataset) throws IOException {
        String uri = Storage.resolve(dataset, file);
        RangeReader range;
        try {
            range = storage.openRange(uri);
        } catch (FileNotFoundException e) {
            throw missing(uri);
        }
        if (range.length() != bytes) {
            range.close();
            checkLengthAt(storage, uri);
        }
        return range;
    }

    void checkLengthAt(Storage storage, String uri) throws IOException {
        long found;
        try {
            found = storage.length(uri);
        } catch (FileNotFoundException e) {
            throw missing(uri);
        }
        if (found != bytes) {
            throw new CorruptFileException(uri, bytes + " bytes", found + " bytes", advice("run prepare again"));
        }
    }

    private CorruptFileException missing(String uri) {
        return new CorruptFileException(uri, bytes + " bytes", "no such file", advice("run prepare again"));
    }

    private void checkHash(String uri, String found) throws CorruptFileException {
        if (!found.equals(sha256)) {
            throw new CorruptFileException(uri, "SHA-256 " + sha256, found, advice("delete it and run prepare again"));
        }
    }

    private String advice(String ifMadeAgain) {
        return ONLY_ONE.matcher(file).matches() ? "restore it from a copy" : ifMadeAgain;
    }

    public ObjectNode toJson() {
        return Json.object().put("file", file).put("bytes", bytes).put("sha256", sha256);
    }

    public static ObjectRef fromJson(JsonNode json, String where) throws CorruptFileException {
        String file = Json.text(json, where, "file");
        try {
            return new ObjectRef(file, Json.wholeNumber(json, where, "bytes"), Json.text(json, where, "sha256"));
        } catch (IllegalArgumentException e) {
            throw new CorruptFileException(where, "a path within the dataset as \"file\"", "\"" + file + "\"");
        }
    }
}
