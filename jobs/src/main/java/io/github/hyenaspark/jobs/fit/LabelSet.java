package io.github.hyenaspark.jobs.fit;

import io.github.hyenaspark.data.batch.LabelledDocuments;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.SplitRule;
import io.github.hyenaspark.data.prepare.unit.DocumentText;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.SnapshotUnits;
import io.github.hyenaspark.data.shard.snapshot.UnitEntry;
import io.github.hyenaspark.data.shard.table.DocumentRow;
import io.github.hyenaspark.data.shard.table.DocumentTable;
import io.github.hyenaspark.data.token.DnaTokenizer;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Requests;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.operator.head.LabelHead.Task;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The documents of a dataset with their labels, in the order of {@link LabelledDocuments}.
 *
 * @param task what the labels are
 * @param names the classes in order, or the fields that the tags or values are of
 * @param targets one row for each document: the number of its class, its tags (0 or 1), or its values
 */
record LabelSet(Task task, List<String> names, List<LabelledDocument> documents, double[][] targets) {
    private static final Logger LOG = LoggerFactory.getLogger(LabelSet.class);
    private static final int MOST_WHOLE_CLASSES = 20;
    private static final double LARGEST_VALUE = 1e300; // beyond it deviations and predictions might not be finite
    private static final Pattern WHOLE = Pattern.compile("[+-]?\\d{1,18}(\\.0*)?");
    private static final Pattern NUMBER = Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");

    /**
     * One document.
     *
     * @param id as its source gives it, or else its place
     * @param contentHash equal for equal documents
     * @param strandsHash equal for documents that are trained on or tested together for they are strands of one
     *     sequence; may be empty
     * @param group documents of equal groups, and of equal contents, are trained on or tested together; may be empty
     * @param tokens without the end
     * @param isTest whether it is held out of everything but the last measurement
     * @param weight what its loss is multiplied by
     * @param heldOut whether {@code fit.held-out-field} says that it decides when a model has learnt enough
     */
    record LabelledDocument(
            String id,
            String contentHash,
            String strandsHash,
            String group,
            long tokens,
            boolean isTest,
            double weight,
            boolean heldOut) {
        /** A document with one strand. */
        LabelledDocument(
                String id,
                String contentHash,
                String group,
                long tokens,
                boolean isTest,
                double weight,
                boolean heldOut) {
            this(id, contentHash, "", group, tokens, isTest, weight, heldOut);
        }

        LabelledDocument with(TokenHashes hashes) {
            return new LabelledDocument(id, hashes.content(), hashes.strands(), group, tokens, isTest, weight, heldOut);
        }
    }

    static LabelSet read(Storage storage, DatasetSnapshot snapshot, DataConfig data, FitConfig config)
            throws IOException {
        List<LabelledDocument> documents = new ArrayList<>();
        List<List<String>> labels = new ArrayList<>();
        Set<String> names = new TreeSet<>(data.validationDocuments());
        List<UnitEntry> units = SnapshotUnits.all(storage, data.dataset(), snapshot);
        for (Split split : List.of(Split.TRAIN, Split.VALIDATION)) {
            for (List<Labelled> some : Requests.all(units, unit -> labelled(storage, data, config, unit, split))) {
                some.forEach(one -> documents.add(one.document));
                some.forEach(one -> labels.add(one.labels));
                some.forEach(one -> names.removeAll(one.names));
            }
        }
        refuseUnknown(data, documents, names);
        if (data.tokenizer().equals(DnaTokenizer.NAME)) {
            List<TokenHashes> hashes = TokenHashes.all(
                    storage, DatasetSnapshot.Ref.of(snapshot, data.dataset()), config.readings(data.tokenizer()));
            for (int document = 0; document < documents.size(); document++) {
                documents.set(document, documents.get(document).with(hashes.get(document)));
            }
        }
        return of(documents, labels, config);
    }

    /** A document with what {@code data.validation-documents} may call it. */
    private record Labelled(LabelledDocument document, List<String> labels, List<String> names) {}

    /** Refuses a name that no document has, and groups of which there are none: tests would be trained on. */
    private static void refuseUnknown(DataConfig data, List<LabelledDocument> documents, Set<String> names) {
        Refusal.unless(
                names.isEmpty(),
                "data.validation-documents",
                names + ", which no document has",
                "names or paths of files in data.input, or ids of documents");
        boolean grouped =
                documents.stream().anyMatch(document -> !document.group().isEmpty());
        Refusal.unless(
                data.splitBy().isBlank() || grouped || documents.isEmpty(),
                "data.split-by",
                data.splitBy() + ", which no document has",
                "a field of the documents");
    }

    private static List<Labelled> labelled(
            Storage storage, DataConfig data, FitConfig config, UnitEntry unit, Split split) throws IOException {
        List<Labelled> labelled = new ArrayList<>();
        Map<String, String> names = names(data);
        for (DocumentRow row : rows(storage, data.dataset(), unit, split)) {
            var document = new LabelledDocument(
                    row.columns().getOrDefault(data.source().idField(), row.id()),
                    row.contentHash(),
                    row.columns().getOrDefault(data.splitBy(), ""),
                    row.tokens() - 1,
                    split == Split.VALIDATION,
                    weight(row, config),
                    heldOut(row, config));
            labelled.add(new Labelled(document, labels(row, config.labelField()), names(row, data, names)));
        }
        return labelled;
    }

    /** The names in {@code data.validation-documents}, by what a row may have of them: that of an id is its hash. */
    private static Map<String, String> names(DataConfig data) {
        Map<String, String> names = new HashMap<>();
        for (String name : data.validationDocuments()) {
            names.put(name, name);
            names.put(DocumentText.documentId("", 0, name), name);
        }
        return names;
    }

    /** Those of a document, as {@link SplitRule} knows them. */
    private static List<String> names(DocumentRow row, DataConfig data, Map<String, String> names) {
        String given = row.columns().getOrDefault(data.source().idField(), "");
        return Stream.of(row.path(), SplitRule.fileName(row.path()), given, row.id())
                .flatMap(word -> Optional.ofNullable(names.get(word)).stream())
                .toList();
    }

    /** Of the documents of a split, by their numbers. */
    private static List<DocumentRow> rows(Storage storage, String dataset, UnitEntry unit, Split split)
            throws IOException {
        SortedMap<Integer, DocumentRow> rows = new TreeMap<>();
        Optional<ObjectRef> table = unit.object(DocumentTable.FOLDER);
        if (table.isPresent()) {
            DocumentTable.read(storage, dataset, table.get(), row -> {
                if (row.split() == split) {
                    rows.put(row.document(), row);
                }
            });
        }
        return List.copyOf(rows.values());
    }

    private static List<String> labels(DocumentRow row, List<String> fields) {
        return fields.stream().map(field -> value(row, "label", field)).toList();
    }

    private static double weight(DocumentRow row, FitConfig config) {
        String weight = config.weightField().isBlank() ? "1" : value(row, "weight", config.weightField());
        boolean fits = isNumber(weight) && Double.parseDouble(weight) >= 0;
        Refusal.unless(fits, "fit.weight-field", weight + " of " + place(row), "a number of at least 0");
        return Double.parseDouble(weight);
    }

    private static boolean heldOut(DocumentRow row, FitConfig config) {
        String heldOut = config.heldOutField().isBlank() ? "false" : value(row, "held-out", config.heldOutField());
        boolean fits = heldOut.equals("true") || heldOut.equals("false");
        Refusal.unless(fits, "fit.held-out-field", heldOut + " of " + place(row), "true or false");
        return heldOut.equals("true");
    }

    private static String value(DocumentRow row, String what, String field) {
        return Optional.ofNullable(row.columns().get(field))
                .orElseThrow(() -> new IllegalArgumentException("fit." + what + "-field: " + place(row) + " has no "
                        + field + "; give it one, or leave it out"));
    }

    /** Where a person finds a document. */
    private static String place(DocumentRow row) {
        return "the document that begins at " + row.position() + " (byte, or row of Parquet) in " + row.path();
    }

    static LabelSet of(List<LabelledDocument> documents, List<List<String>> labels, FitConfig config) {
        Task task = task(labels, config);
        if (task != Task.CLASSIFICATION) {
            Refusal.unless(
                    config.classWeights() == FitConfig.ClassWeights.NONE,
                    "fit.class-weights",
                    "balanced",
                    "none, since " + (task == Task.TAGGING ? "tags" : "values")
                            + " are no classes; fit.weight-field says how much a document counts");
            double[][] targets = new double[labels.size()][];
            for (int document = 0; document < targets.length; document++) {
                targets[document] = values(documents.get(document).id(), labels.get(document), task, config);
            }
            if (task == Task.REGRESSION) {
                checkValuesDiffer(targets, config);
            }
            return new LabelSet(task, config.labelField(), List.copyOf(documents), targets);
        }
        List<String> own = classLabels(labels, config);
        if (config.task() == FitConfig.TaskChoice.AUTO && !areWhole(own)) {
            DoubtfulClasses.refuse(documents, own);
        }
        List<String> classes = new ArrayList<>(new TreeSet<>(own));
        if (areWhole(classes)) {
            classes.sort(Comparator.comparing(BigDecimal::new));
        }
        if (classes.size() < 2) {
            throw new IllegalArgumentException("fit.label-field: found " + classes + " as the only label of "
                    + documents.size() + " documents, expected at least two classes");
        }
        Map<String, Integer> numbers = new HashMap<>();
        classes.forEach(name -> numbers.put(name, numbers.size()));
        double[][] targets =
                own.stream().map(label -> new double[] {numbers.get(label)}).toArray(double[][]::new);
        return new LabelSet(task, List.copyOf(classes), List.copyOf(documents), targets);
    }

    /** As they are written, but 1.0, as a column of floating point has it, is 1 unless texts are asked for. */
    private static List<String> classLabels(List<List<String>> labels, FitConfig config) {
        List<String> own = labels.stream().map(row -> row.get(0)).toList();
        boolean numbers = config.task() == FitConfig.TaskChoice.AUTO && areWhole(own);
        return numbers
                ? own.stream().map(label -> label.replaceFirst("\\..*", "")).toList()
                : own;
    }

    private static boolean areWhole(List<String> labels) {
        return labels.stream().allMatch(LabelSet::isWhole);
    }

    private static boolean areTags(List<String> numbers) {
        return numbers.stream().mapToDouble(Double::parseDouble).allMatch(value -> value == 0 || value == 1);
    }

    static boolean isWhole(String label) {
        return WHOLE.matcher(label).matches();
    }

    private static void checkValuesDiffer(double[][] targets, FitConfig config) {
        for (int field = 0; field < config.labelField().size(); field++) {
            int column = field;
            if (Arrays.stream(targets)
                            .mapToDouble(row -> row[column])
                            .distinct()
                            .count()
                    < 2) {
                throw new IllegalArgumentException(
                        "fit.label-field: found " + targets[0][field] + " as the only value of "
                                + config.labelField().get(field) + " in " + targets.length
                                + " documents, expected at least two values");
            }
        }
    }

    private static Task task(List<List<String>> labels, FitConfig config) {
        boolean several = config.labelField().size() > 1;
        if (config.task() != FitConfig.TaskChoice.AUTO) {
            Task task = Task.valueOf(config.task().name());
            if (several && task == Task.CLASSIFICATION) {
                throw new IllegalArgumentException("fit.task: found classification with the fields "
                        + config.labelField() + ", expected tagging or regression, or one field");
            }
            return task;
        }
        List<String> all = labels.stream().flatMap(List::stream).distinct().toList();
        boolean numbers = all.stream().allMatch(LabelSet::isNumber);
        boolean whole = numbers && areWhole(all);
        boolean values = numbers && !(whole && (several ? areTags(all) : all.size() <= MOST_WHOLE_CLASSES));
        if (values && whole && !several) {
            LOG.info(
                    "fit.task=regression: {} different numbers; set fit.task=classification if they are classes",
                    all.size());
        }
        return values ? Task.REGRESSION : several ? Task.TAGGING : Task.CLASSIFICATION;
    }

    /** In decimal notation; Java takes others for numbers too, such as 2d. */
    static boolean isNumber(String label) {
        return NUMBER.matcher(label).matches() && Double.isFinite(Double.parseDouble(label));
    }

    private static double[] values(String id, List<String> labels, Task task, FitConfig config) {
        double[] values = new double[labels.size()];
        for (int field = 0; field < values.length; field++) {
            String place = config.labelField().get(field) + " of the document " + id;
            values[field] = value(labels.get(field), task, place);
        }
        return values;
    }

    private static double value(String label, Task task, String place) {
        boolean truth = label.equals("true") || label.equals("false");
        double value =
                truth ? (label.equals("true") ? 1 : 0) : isNumber(label) ? Double.parseDouble(label) : Double.NaN;
        boolean fits = task == Task.TAGGING ? value == 0 || value == 1 : Double.isFinite(value) && !truth;
        if (!fits) {
            throw new IllegalArgumentException("fit.label-field: found \"" + label + "\" in " + place + ", expected "
                    + (task == Task.TAGGING ? "0, 1, true or false" : "a number"));
        }
        Refusal.unless(
                Math.abs(value) <= LARGEST_VALUE,
                "fit.label-field",
                label + " in " + place,
                "values from -1e300 to 1e300, whose deviation is a finite number; divide them");
        return value;
    }

    /** Outputs of a model that predicts these. */
    int outputs() {
        return names.size();
    }

    long longest() {
        return documents.stream().mapToLong(LabelledDocument::tokens).max().orElse(0);
    }

    /** All targets in one array. */
    double[] flatTargets() {
        return Arrays.stream(targets).flatMapToDouble(Arrays::stream).toArray();
    }

    /** By document: its own, and what makes all classes of {@code train} count the same. */
    double[] weights(FitConfig.ClassWeights choice, int[] train) {
        double[] weights = new double[documents.size()];
        Arrays.setAll(weights, document -> documents.get(document).weight());
        if (choice == FitConfig.ClassWeights.BALANCED) {
            long[] counts = new long[names.size()];
            Arrays.stream(train).forEach(document -> counts[(int) targets[document][0]]++);
            for (int document = 0; document < weights.length; document++) {
                long count = Math.max(1, counts[(int) targets[document][0]]);
                weights[document] *= (double) train.length / (names.size() * count);
            }
        }
        return weights;
    }
}
