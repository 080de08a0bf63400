package io.github.hyenaspark.data.prepare.plan;

import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.data.document.input.DocumentReaders.FileFormat;
import io.github.hyenaspark.data.document.input.InputListing;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.SplitRule;
import io.github.hyenaspark.data.prepare.segment.KnownFiles;
import io.github.hyenaspark.data.prepare.segment.SegmentWriter;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.KeyRun;
import io.github.hyenaspark.data.shard.snapshot.Segment;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.TestPoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work for an input: listed once, before any work, and compared with the dataset. New files are cut into new units,
 * sorted by path; the segments of the newest snapshot stay, without the units of a file that has changed or is to be
 * pruned. Nothing is read of a unit that stays, and nothing is held of a file that is known and unchanged.
 *
 * @param before the segments of the newest snapshot
 * @param kept those that stay
 * @param fresh new units, a view as {@code work} is
 * @param work all units to run: first those to be prepared, which are fresh ones without a record and units that stay
 *     but have lost an object, then fresh ones whose record an earlier run has left, which only have to be looked at
 * @param toPrepare of {@code work}
 * @param keys the newest snapshot's runs of sorted keys that are all there
 * @param unindexed segments that stay but have lost an index
 */
public record InputPlan(
        InputListing input,
        Optional<DatasetSnapshot> parent,
        List<Segment.Entry> before,
        List<Segment.Entry> kept,
        List<WorkUnit> fresh,
        List<WorkUnit> work,
        int toPrepare,
        List<KeyRun> keys,
        List<Segment.Entry> unindexed,
        Left left) {
    private static final Logger LOG = LoggerFactory.getLogger(InputPlan.class);

    public InputPlan {
        before = List.copyOf(before);
        kept = List.copyOf(kept);
        keys = List.copyOf(keys);
        unindexed = List.copyOf(unindexed);
    }

    /**
     * Files of the input that need a word: {@code late} are new but changed before the interval, and are taken;
     * {@code waiting} are left for the next run, because they changed after the interval or a moment ago or somebody is
     * writing them, or they share a unit with one of those; {@code changed} have changed and keep their old documents.
     */
    public record Left(long late, long waiting, long changed) {}

    /**
     * Lists the input and finds what has been done. IllegalArgumentException if input or dataset are unset, the input
     * is missing, it has no text although the dataset is new or would lose its documents, a validation document of a
     * first dataset of whole files is not in it, or the dataset was prepared with other settings. CorruptFileException
     * if a file has changed and the settings do not allow that, or what the dataset knows of its files is missing or
     * damaged.
     */
    public static InputPlan of(Storage storage, DatasetSpec spec) throws IOException {
        DataConfig config = spec.config();
        config.checkPlaces();
        Optional<DatasetSnapshot> parent = DatasetSnapshot.find(storage, config.dataset());
        if (parent.isPresent()) {
            checkSettings(spec, parent.get());
        }
        List<Segment.Entry> segments =
                parent.isPresent() ? SegmentWriter.of(storage, config.dataset(), parent.get()) : List.of();
        KnownFiles known = KnownFiles.of(storage, config.dataset(), segments);
        boolean keepsDocuments = parent.isPresent() && !config.prune();
        var scans = new ArrayList<Scan>();
        InputListing input = config.files(storage, keepsDocuments, () -> {
            scans.add(new Scan(config, known, parent.isEmpty()));
            return scans.get(scans.size() - 1);
        });
        if (input.documents() == 0) {
            LOG.warn("data.input: {} has no documents; {} keeps those that it has", config.input(), config.dataset());
        }
        scans.get(scans.size() - 1).end(input.documents(), keepsDocuments);
        TestPoint.reached("{} files listed", input.documents());
        return new Difference(storage, spec, input, segments, known).plan(parent);
    }

    /** Whether the newest snapshot has all this already, in objects that are intact or can be restored. */
    public boolean isUnchanged() {
        return parent.isPresent() && fresh.isEmpty() && kept.equals(before);
    }

    /** Whether there is nothing to prepare, to write again or to commit. */
    public boolean isDone() {
        return isUnchanged()
                && toPrepare == 0
                && unindexed.isEmpty()
                && keys.equals(parent.orElseThrow().keys());
    }

    /** Units to be prepared. */
    public List<WorkUnit> pending() {
        return work.subList(0, toPrepare);
    }

    /** Units that only have to be looked at. */
    public List<WorkUnit> recorded() {
        return work.subList(toPrepare, work.size());
    }

    /** Sees every file of the input once: wants those that are new or have changed, and checks what concerns all. */
    private static final class Scan implements InputListing.Wanted {
        private final DataConfig config;
        private final KnownFiles known;
        private final boolean first; // later runs keep the documents of names that are gone
        private final SplitRule.Check names;
        private boolean empty = true;
        private boolean filesAreDocuments;

        Scan(DataConfig config, KnownFiles known, boolean first) {
            this.config = config;
            this.known = known;
            this.first = first;
            names = config.splitRule().new Check();
            filesAreDocuments = config.source().documents() == SourceConfig.TextDocuments.FILE;
        }

        @Override
        public boolean test(InputFile file) {
            empty &= file.bytes() == 0;
            filesAreDocuments = filesAreDocuments
                    && FileFormat.of(file.path(), config.source()).format() == SourceConfig.SourceFormat.TEXT;
            if (first && filesAreDocuments) {
                names.see(file);
            }
            return known.look(file) != KnownFiles.Known.SAME;
        }

        @Override
        public boolean knows(InputFile file) {
            return known.has(file.path());
        }

        void end(long files, boolean mayBeEmpty) {
            if (empty && !mayBeEmpty) {
                throw new IllegalArgumentException("data.input: " + config.input() + " has no text, found " + files
                        + " empty files, expected at least one byte");
            }
            if (first && filesAreDocuments) {
                names.end();
            }
            if (first) {
                warnIfNothingIsHeldOut(config, filesAreDocuments, files);
            }
        }
    }

    /** A dataset keeps its settings, so this must be said before the work, as far as it is known then. */
    private static void warnIfNothingIsHeldOut(DataConfig config, boolean filesAreDocuments, long files) {
        if (config.source().fasta().bed().isBlank()) { // which may say what is held out
            config.splitRule()
                    .noneHeldOut(filesAreDocuments ? files : Long.MAX_VALUE)
                    .ifPresent(LOG::warn);
        }
    }

    private static void checkSettings(DatasetSpec spec, DatasetSnapshot newest) throws CorruptFileException {
        String dataset = spec.config().dataset();
        if (!newest.vocabulary().fingerprint().equals(spec.vocabulary().fingerprint())) {
            throw new IllegalArgumentException(
                    "data.tokenizer: found " + spec.vocabulary().tokenizer() + " ("
                            + spec.vocabulary().fingerprint() + "), expected the tokenizer of " + dataset + ", "
                            + newest.vocabulary().tokenizer() + " ("
                            + newest.vocabulary().fingerprint()
                            + "); choose another data.dataset or that tokenizer");
        }
        if (newest.fingerprint().equals(spec.fingerprint())) {
            return;
        }
        Map<String, String> found = new TreeMap<>(spec.identity());
        Map<String, String> expected = new TreeMap<>(newest.settings());
        found.entrySet().removeAll(newest.settings().entrySet());
        expected.entrySet().removeAll(spec.identity().entrySet());
        throw new IllegalArgumentException("data.dataset: " + dataset + " was prepared with other settings: found "
                + found + ", expected " + expected + "; choose another data.dataset or the old settings");
    }
}
