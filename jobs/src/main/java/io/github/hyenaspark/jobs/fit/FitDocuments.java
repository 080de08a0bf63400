package io.github.hyenaspark.jobs.fit;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.DocumentReader.BadDocumentException;
import io.github.hyenaspark.data.document.DocumentReader.BadFileException;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.commit.DatasetLease;
import io.github.hyenaspark.data.prepare.commit.Pins;
import io.github.hyenaspark.data.prepare.plan.InputPlan;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.shard.Vocabulary;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.table.DocumentTable;
import io.github.hyenaspark.data.task.TaskInput;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.report.progress.Progress;
import io.github.hyenaspark.jobs.spark.prepare.SparkPrepare;
import io.github.hyenaspark.jobs.spark.run.FittingDirectory;
import io.github.hyenaspark.jobs.train.RunConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The documents of a fitting, a dataset below its directory. Until the first model begins it is what the input is, so
 * mistakes found by then are mended in place; from then on it stays, whatever becomes of the input.
 */
record FitDocuments(Storage storage, DatasetSpec spec, FitConfig config, FittingDirectory run) {
    private static final Logger LOG = LoggerFactory.getLogger(FitDocuments.class);
    private static final String SNAPSHOT = "snapshot";
    private static final String FOLDS = "folds";

    static FitDocuments of(Settings settings, Storage storage) throws IOException {
        FitConfig config = settings.bind("fit", FitConfig.class);
        var run = new FittingDirectory(settings.bind("run", RunConfig.class).dir());
        return new FitDocuments(storage, spec(settings, storage, run, config), config, run);
    }

    private static DatasetSpec spec(Settings settings, Storage storage, FittingDirectory run, FitConfig config)
            throws IOException {
        DataConfig data = settings.bind("data", DataConfig.class);
        Refusal.unless(!data.input().isBlank(), "data.input", "nothing", "a directory, a file or a glob");
        Set<String> columns = new LinkedHashSet<>(data.source().columns());
        for (String field : config.fields()) {
            DocumentTable.checkField(config.setting(field), field);
            columns.add(field);
        }
        String id = data.source().idField();
        if (!id.isBlank()) {
            DocumentTable.checkField("data.source.id-field", id);
            columns.add(id);
        }
        List<String> own = new ArrayList<>(List.of(
                "data.input=" + (TaskInput.isTask(data.input()) ? TaskInput.directory(run.uri()) : data.input()),
                "data.dataset=" + run.dataset(),
                "data.validation-fraction=0",
                "data.clean.duplicates=keep",
                "data.on-changed=replace",
                "data.prune=true"));
        if (areKept(storage, run)) {
            own.addAll(ownTokenizer(storage, run));
            own.add("data.source.fasta.bed="); // the file may be gone as well
        }
        own.add("data.source.columns="
                + Json.line(Json.array()
                        .addAll(columns.stream().map(Json.object()::textNode).toList())));
        return DatasetSpec.of(storage, settings.with(own).bind("data", DataConfig.class));
    }

    /** The dataset's copy of a tokenizer that is a file: the file itself may be gone by now. */
    private static List<String> ownTokenizer(Storage storage, FittingDirectory run) throws IOException {
        Vocabulary vocabulary = DatasetSnapshot.newest(storage, run.dataset()).vocabulary();
        return vocabulary.tokenizer().endsWith(Tokenizer.FILE_ENDING)
                ? List.of("data.tokenizer=" + DatasetSpec.tokenizerUri(run.dataset(), vocabulary.fingerprint()))
                : List.of();
    }

    /** Whether the first model of this directory may have begun. */
    static boolean areKept(Storage storage, FittingDirectory run) throws IOException {
        return storage.exists(run.documents());
    }

    /**
     * What the models begin with, if not from nothing; a fitting of an older version has no copy. Refuses settings of
     * another model than the one that is to be the beginning.
     */
    Optional<Beginning> beginning(Settings settings) throws IOException {
        if (config.pretrained().isBlank()) {
            return Optional.empty();
        }
        boolean kept = areKept(storage, run) && storage.exists(run.pretrained());
        return Optional.of(
                kept
                        ? Beginning.kept(storage, run.pretrained())
                        : Beginning.of(storage, config.pretrained(), settings));
    }

    /**
     * From now on this snapshot is what is learnt from, in these folds, and the models begin with these parameters.
     * Refuses other folds than those that models may have been trained on.
     */
    void keep(DatasetSnapshot snapshot, Folds folds, Optional<Beginning> beginning) throws IOException {
        if (areKept(storage, run)) {
            String begun = Json.parse(run.documents(), storage.read(run.documents()))
                    .path(FOLDS)
                    .asText();
            boolean same = begun.isEmpty() ? !folds.joinsStrands() : begun.equals(folds.sha256());
            Refusal.unless(
                    same,
                    "run.dir",
                    run.uri() + ", whose models were begun by a version that divides these documents otherwise",
                    "a fitting of this version; choose another directory, or go on with that version");
            return;
        }
        if (beginning.isPresent()) {
            beginning.get().keep(storage, run.pretrained());
        }
        byte[] json = Json.bytes(Json.object().put(SNAPSHOT, snapshot.sha256()).put(FOLDS, folds.sha256()));
        storage.write(run.documents(), out -> out.write(json));
    }

    /** What is kept, or else what the input is now. */
    DatasetSnapshot snapshot(JavaSparkContext context, Fitting.Observer observer) throws IOException {
        return areKept(storage, run) ? kept() : prepared(context, observer);
    }

    private DatasetSnapshot kept() throws IOException {
        String uri = run.documents();
        String expected = Json.text(Json.parse(uri, storage.read(uri)), uri, SNAPSHOT);
        DatasetSnapshot snapshot = DatasetSnapshot.newest(storage, spec.config().dataset());
        if (!snapshot.sha256().equals(expected)) {
            throw new CorruptFileException(
                    snapshot.uri(spec.config().dataset()),
                    "the snapshot " + expected + " that " + uri + " names",
                    snapshot.sha256());
        }
        return snapshot;
    }

    private DatasetSnapshot prepared(JavaSparkContext context, Fitting.Observer observer) throws IOException {
        try (var lease = DatasetLease.take(storage, spec.config().dataset())) {
            deleteIfOther(lease);
            InputPlan plan = InputPlan.of(storage, spec);
            checkFields(plan.work());
            lease.begins();
            spec.storeTokenizer(storage);
            var work = new Progress.Task("prepare", "MiB", 0, SparkPrepare.mebibytes(plan.work()));
            try (Progress progress = observer.progress(work)) {
                new SparkPrepare(context, progress, lease).run(spec, plan.work());
            }
            DatasetSnapshot snapshot =
                    SparkPrepare.commit(context, storage, spec, plan, lease).snapshot();
            lease.committed();
            if (snapshot.counts().documents() == 0) {
                throw new IllegalArgumentException("data.input: found no document in "
                        + spec.config().input() + ", expected documents with the field "
                        + spec.config().source().textField());
            }
            return snapshot;
        }
    }

    /**
     * Deletes what was prepared here with other settings: no model has begun, so nothing was learnt from it. The lease
     * stays, which keeps other commands away meanwhile.
     */
    void deleteIfOther(DatasetLease lease) throws IOException {
        String dataset = spec.config().dataset();
        Optional<DatasetSnapshot> found = DatasetSnapshot.find(storage, dataset);
        boolean isOther = found.isPresent() && !found.get().fingerprint().equals(spec.fingerprint());
        if (!isOther || !storage.exists(run.settings())) { // without settings it is no dataset of a fitting
            return;
        }
        if (!Pins.snapshots(storage, dataset).isEmpty()) {
            return; // a run elsewhere learns from it
        }
        LOG.info("{} was prepared with other settings, and no model has begun: it is prepared anew", dataset);
        Set<String> names = new TreeSet<>();
        storage.names(dataset, (file, bytes) -> names.add(file.replaceFirst("/.*", "")));
        lease.check();
        for (String snapshot : DatasetSnapshot.uris(storage, dataset)) {
            storage.delete(snapshot); // before what it lists
        }
        for (String name : names) {
            String uri = Storage.resolve(dataset, name);
            if (!name.startsWith(".") && !uri.equals(lease.uri())) { // a dot begins what is being written: the lease
                storage.delete(uri);
            }
        }
    }

    /** Whether the first document has what is to be learnt: a wrong name is told before the work. */
    private void checkFields(List<WorkUnit> work) throws IOException {
        try (var documents = new WorkUnit.Documents(storage, spec.config().source(), work.iterator())) {
            Optional<Document> first = documents.next();
            if (first.isPresent()) {
                first.get().text().transferTo(OutputStream.nullOutputStream());
                config.checkFields(first.get().columns().keySet(), "the first document of " + documents.path());
            }
        } catch (BadDocumentException | BadFileException e) {
            LOG.debug("what is wrong with it is told when all documents are read", e);
        }
    }
}
