package io.github.hyenaspark.data.prepare.unit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.data.TestCorpus;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.commit.DatasetVerification;
import io.github.hyenaspark.data.prepare.commit.Vacuum;
import io.github.hyenaspark.data.prepare.plan.InputPlan;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.table.DocumentTable;
import io.github.hyenaspark.data.shard.table.TestTables;
import io.github.hyenaspark.data.testing.Nights;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.testing.MemoryFileSystem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.security.AccessControlException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dataset whose document table was written by another version of Parquet's library. */
class UnitWorkTest {
    @TempDir
    Path directory;

    private TestCorpus corpus;
    private UnitRecord now; // what this version writes
    private byte[] bytesThen;
    private Path record;
    private ObjectRef then;

    @BeforeEach
    void prepare() throws IOException {
        corpus = new TestCorpus(directory).add("a.txt", "a".repeat(900));
        WorkUnit unit = corpus.plan(corpus.config()).pending().get(0);
        now = corpus.run(unit, corpus.config());
        record = Path.of(UnitRecord.uri(corpus.recipe(corpus.config()), unit));
        then = table();
        bytesThen = TestTables.byAnotherLibrary(Files.readAllBytes(file(then)));
    }

    private ObjectRef table() {
        return now.objects().stream()
                .filter(object -> object.isIn(DocumentTable.FOLDER))
                .findFirst()
                .orElseThrow();
    }

    private Path file(ObjectRef object) {
        return corpus.dataset().resolve(object.file());
    }

    /** A snapshot by the other version, whose table has this name. */
    private void commit(String name) throws IOException {
        Files.delete(file(table()));
        then = new ObjectRef(name, bytesThen.length, Hashes.sha256(bytesThen));
        Files.write(file(then), bytesThen);
        Files.write(record, new UnitRecord(now.unit(), now.tally(), now.shards(), List.of(then)).toJson());
        corpus.commit(corpus.config(), corpus.plan(corpus.config()));
        assertUnchanged();
    }

    private void assertUnchanged() throws IOException {
        InputPlan plan = corpus.plan(corpus.config());
        assertThat(plan.isUnchanged()).isTrue();
        assertThat(plan.pending()).isEmpty();
        assertThat(DatasetVerification.run(corpus.storage(), corpus.dataset().toString())
                        .faults())
                .isEmpty();
    }

    private UnitRecord again() throws IOException {
        InputPlan plan = corpus.plan(corpus.config());
        assertThat(plan.pending()).hasSize(1);
        return corpus.run(plan.pending().get(0), corpus.config());
    }

    @Test
    void aStepMayRejectADocumentBeforeItIsRead() throws IOException {
        corpus.add("b-secret.txt", "b".repeat(900));
        DataConfig config = corpus.settings("data.clean.steps=[shouting]", "data.validation-documents=[]");
        UnitRecord made = corpus.run(corpus.plan(config).pending().get(1), config);
        assertThat(made.entry().counts().documents()).isZero();
        assertThat(made.tally().filtered()).containsEntry("shouting: a secret", 1L);
    }

    @Test
    void aStepMayLeaveTheRestOfADocumentUnread() throws IOException {
        String rest = "x".repeat(100_000);
        corpus.add(
                        "b.jsonl",
                        "{\"text\":\"0123456789" + rest + "\",\"id\":\"one\"}\n{\"text\":\"short\",\"id\":\"two\"}\n")
                .add("c.fa", ">one\nACGTACGTACGTACGT\n>two\nACGT\n");
        DataConfig config = corpus.settings(
                "data.clean.steps=[excerpt]",
                "data.source.id-field=id",
                "data.dataset=" + directory.resolve("excerpts"),
                "data.validation-documents=[two]");
        DatasetSnapshot snapshot = corpus.prepare(config).snapshot();
        assertThat(snapshot.documents(Split.TRAIN)).isEqualTo(3);
        assertThat(snapshot.documents(Split.VALIDATION))
                .as("ids behind the text")
                .isEqualTo(2);
        assertThat(snapshot.tokens(Split.TRAIN)).as("ten and an end each").isEqualTo(33);
    }

    /** A record in pieces is one source: none of it is trained on if its name is held out. */
    @Test
    void theNameOfARecordHoldsOutItsPieces() throws IOException {
        corpus.add("c.fa", ">one\nACGTNNNNNNNNACGTNNNNNNNNACGT\n>two\nACGTNNNNNNNNACGT\n");
        DataConfig config = corpus.settings(
                "data.source.id-field=id",
                "data.source.fasta.n-runs=split",
                "data.source.fasta.n-run-bases=4",
                "data.dataset=" + directory.resolve("pieces"),
                "data.validation-documents=[one]");
        DatasetSnapshot snapshot = corpus.prepare(config).snapshot();
        assertThat(snapshot.documents(Split.VALIDATION)).isEqualTo(3);
        assertThat(snapshot.documents(Split.TRAIN)).isEqualTo(3);
    }

    @Test
    void aLostTableIsMadeAgainInOtherBytesAndNothingElseChanges() throws IOException {
        commit(table().file());
        byte[] recordThen = Files.readAllBytes(record);
        Files.delete(file(then));
        assertThat(DatasetVerification.run(corpus.storage(), corpus.dataset().toString())
                        .faults())
                .hasSize(1);

        again();
        assertThat(Files.size(file(then))).isNotEqualTo(bytesThen.length);
        assertThat(record).binaryContent().isEqualTo(recordThen);
        assertUnchanged();
        Path note = corpus.dataset().resolve(DocumentTable.note(then.file()));
        assertThat(note).exists();
        Vacuum.run(corpus.storage(), corpus.dataset().toString(), Long.MAX_VALUE);
        assertThat(note).exists();
        Files.delete(file(then));
        again();
        assertUnchanged();
    }

    @Test
    void aTableStaysWhenAnotherObjectOfItsUnitIsMadeAgain() throws IOException {
        commit(table().file());
        Files.delete(file(now.shards().get(0).bin()));
        again();
        assertUnchanged();
    }

    @Test
    void aLostRecordIsMadeAgainWithTheTableOfThisVersion() throws IOException {
        commit(table().file());
        Files.delete(record);
        WorkUnit unit = now.unit();
        corpus.run(unit, corpus.config());
        assertThat(record).exists();
        assertUnchanged();
    }

    @Test
    void aTableThatCannotBeReadStays() throws IOException {
        Storage storage = Storage.of(Map.of("fs.unreadable.impl", UnreadableTables.class.getName()));
        String dataset = "unreadable:" + corpus.dataset();
        DatasetSpec spec = DatasetSpec.of(storage, corpus.settings("data.dataset=" + dataset));
        Files.delete(record);
        assertThatThrownBy(() -> UnitWork.run(now.unit(), spec, spec.tokenizer(storage), storage))
                .isInstanceOf(IOException.class)
                .hasStackTraceContaining("nobody may read tables");
        assertThat(file(table())).exists();
    }

    /** The local disk where document tables are there but cannot be read. */
    static final class UnreadableTables extends RawLocalFileSystem {
        @Override
        public URI getUri() {
            return URI.create("unreadable:///");
        }

        @Override
        public String getScheme() {
            return "unreadable";
        }

        @Override
        public FSDataInputStream open(org.apache.hadoop.fs.Path file, int buffer) throws IOException {
            if (file.getParent().getName().equals(DocumentTable.FOLDER)) {
                throw new AccessControlException("nobody may read tables");
            }
            return super.open(file, buffer);
        }
    }

    @Test
    void aTableNamedByItsBytesIsMadeAgainByTheVersionThatMadeIt() throws IOException {
        bytesThen = Files.readAllBytes(file(table()));
        commit(nameByBytes());
        Files.delete(file(then));
        again();
        assertThat(file(then)).binaryContent().isEqualTo(bytesThen);
        assertUnchanged();
    }

    @Test
    void aTableNamedByItsBytesCannotBeMadeAgainByAnotherVersionAndNoFileIsBlamed() throws IOException {
        commit(nameByBytes());
        Files.delete(file(then));
        assertThatThrownBy(this::again)
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining(then.file() + ": expected the document table of unit ")
                .hasMessageContaining("restore the file from a copy, or prepare into another data.dataset");
    }

    @Test
    void manyUnreadableFilesCostTheOthersOneMorePass() throws IOException {
        Map<String, String> hadoop = Map.of("fs.mem.impl", MemoryFileSystem.class.getName());
        var configuration = new Configuration();
        hadoop.forEach(configuration::set);
        String root = "mem://" + UUID.randomUUID();
        try (var store = (MemoryFileSystem) FileSystem.get(URI.create(root + "/"), configuration)) {
            Storage storage = Storage.of(hadoop);
            byte[] text = new byte[9000];
            byte[] archive = cutOff();
            for (int i = 0; i < 6; i++) {
                Arrays.fill(text, (byte) ('a' + i));
                storage.replace(root + "/input/" + i + "-good.txt", text);
                storage.replace(root + "/input/" + i + "-cut.txt.gz", archive);
            }
            DatasetSpec spec = Nights.spec(storage, root);
            spec.storeTokenizer(storage);
            List<WorkUnit> units = InputPlan.of(storage, spec).pending();
            assertThat(units).hasSize(1);
            store.forgetCounts();

            UnitRecord found = UnitWork.run(units.get(0), spec, spec.tokenizer(storage), storage);
            assertThat(found.documents()).isEqualTo(6);
            assertThat(found.tally().badCount()).isEqualTo(6);
            for (int i = 0; i < 6; i++) {
                assertThat(store.bytesRead().get(root + "/input/" + i + "-good.txt"))
                        .as("file %d", i)
                        .isEqualTo(2L * text.length);
                assertThat(store.bytesRead().get(root + "/input/" + i + "-cut.txt.gz"))
                        .isEqualTo(archive.length);
            }
        }
    }

    /** An archive without its end. */
    private static byte[] cutOff() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(bytes)) {
            for (int number : new Random(5).ints(2000).toArray()) {
                gzip.write((number + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }
        return Arrays.copyOf(bytes.toByteArray(), bytes.size() - 100);
    }

    private String nameByBytes() {
        return "docs/part-" + now.unit().name() + "-" + Hashes.sha256(bytesThen).substring(0, 16) + ".parquet";
    }

    /** Its splits would be others, and held-out bases be trained on. */
    @Test
    void aBedFileThatIsReplacedDuringARunStopsIt() throws IOException {
        Path bed = Files.writeString(directory.resolve("splits.bed"), "chr1\t0\t4\ttrain\nchr1\t4\t8\ttest\n");
        corpus.add("genome.fa", ">chr1\nACGTACGT\n");
        DataConfig config = corpus.settings(
                "data.dataset=" + directory.resolve("genome"),
                "data.input=" + corpus.input().resolve("genome.fa"),
                "data.tokenizer=dna",
                "data.source.fasta.bed=" + bed);
        DatasetSpec spec = corpus.recipe(config);
        spec.storeTokenizer(corpus.storage());
        WorkUnit unit = corpus.plan(config).pending().get(0);
        Files.writeString(bed, "chr1\t0\t8\ttrain\n");
        assertThatThrownBy(() -> UnitWork.run(unit, spec, spec.tokenizer(corpus.storage()), corpus.storage()))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("splits.bed: expected the file as this prepare found it, SHA-256 ");
        assertThat(directory.resolve("genome/train")).doesNotExist();
    }
}
