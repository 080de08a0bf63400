package io.github.hyenaspark.data.prepare.unit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.data.TestCorpus;
import io.github.hyenaspark.data.prepare.commit.DatasetVerification;
import io.github.hyenaspark.data.prepare.commit.Vacuum;
import io.github.hyenaspark.data.prepare.plan.InputPlan;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.table.DocumentTable;
import io.github.hyenaspark.data.shard.table.TestTables;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Hashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

    private String nameByBytes() {
        return "docs/part-" + now.unit().name() + "-" + Hashes.sha256(bytesThen).substring(0, 16) + ".parquet";
    }
}
