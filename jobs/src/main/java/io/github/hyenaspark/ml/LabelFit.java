package io.github.hyenaspark.ml;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.fit.FitJob;
import io.github.hyenaspark.jobs.fit.FittedModel;
import io.github.hyenaspark.jobs.spark.task.SparkStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.param.Param;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From a DataFrame to a fitted model: the documents go to files, sorted, and those to {@code fit}. */
final class LabelFit {
    private static final Logger LOG = LoggerFactory.getLogger(LabelFit.class);
    private static final double MATRIX_SHARE = 5; // the recipe's rate of matrices, in those of all else

    private LabelFit() {}

    static void setDefaults(FitParams<?> stage) {
        stage.setDefault(stage.labelCol(), "label");
        stage.setDefault(stage.seed(), 1L);
        stage.setDefault(stage.maxIter(), Integer.parseInt(standard("epochs")));
        stage.setDefault(stage.pooling(), standard("pooling"));
        stage.setDefault(stage.trainedLayers(), -1);
        stage.setDefault(stage.maxLength(), Integer.parseInt(standard("max-length")));
        stage.setDefault(stage.settings(), new String[0]);
    }

    /** A default of the section {@code fit}. */
    private static String standard(String key) {
        return Settings.defaultsOf("fit")
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith(key + " = "))
                .map(line -> line.substring(key.length() + 3).replaceFirst("\\s*#.*", ""))
                .findFirst()
                .orElseThrow();
    }

    /**
     * Refuses a schema that lacks a column which is set, or has one of another type, and settings that a fitting does
     * not know.
     */
    static void check(FitParams<?> stage, StructType schema) {
        Settings settings = Settings.load(List.of(stage.getSettings()));
        settings.refuseUnknown();
        FitJob.refuseWhatIsNoFitting(settings);
        for (String change : settings.changes(List.of("data"))) {
            String expected = "none: the model could not apply them to a column; clean the column itself";
            Refusal.unless(
                    !change.startsWith("data.clean.steps="), stage.settings().toString(), change, expected);
        }
        Stages.checkInput(stage, schema);
        Stages.column(stage, schema, stage.labelCol());
        if (stage.isDefined(stage.weightCol())) {
            boolean fits = Stages.column(stage, schema, stage.weightCol()).dataType() instanceof NumericType;
            Refusal.unless(fits, stage.weightCol().toString(), stage.getWeightCol(), "a column of numbers");
        }
        if (stage.isDefined(stage.validationIndicatorCol())) {
            Param<String> param = stage.validationIndicatorCol();
            boolean fits = Stages.column(stage, schema, param).dataType().equals(DataTypes.BooleanType);
            Refusal.unless(fits, param.toString(), stage.getValidationIndicatorCol(), "a column of booleans");
        }
    }

    /**
     * What is to be learnt.
     *
     * @param value of strings, as {@code fit} reads it
     * @param usable whether a row has such a value
     * @param expected what the others lack
     */
    record Label(Column value, Column usable, String expected) {}

    /** Whether a value of a column of numbers is neither null, nor NaN, nor infinite. */
    static Column isFinite(Column column) {
        Column value = column.cast(DataTypes.DoubleType);
        return value.isNotNull().and(functions.abs(value).leq(Double.MAX_VALUE)); // to Spark NaN is above it
    }

    /**
     * Fits a model.
     *
     * @param task of the setting {@code fit.task}
     * @param names is told the names of the model's outputs before it is trained, and may refuse them
     */
    static FittedModel fit(
            FitParams<?> stage, Dataset<?> documents, Label label, String task, Consumer<List<String>> names) {
        JavaSparkContext context =
                JavaSparkContext.fromSparkContext(documents.sparkSession().sparkContext());
        try {
            Storage storage = SparkStorage.of(context);
            String directory =
                    Storage.resolve(directory(stage, context), "hyena-" + stage.uid() + "-" + UUID.randomUUID());
            LOG.info("{}: what fitting needs is in {} until it ends", stage.uid(), directory);
            try {
                String input = Storage.resolve(directory, "documents");
                List<String> own = settings(stage, context, input, Storage.resolve(directory, "run"), task);
                List<String> all = new ArrayList<>(FitJob.defaults(Settings.load(own)));
                all.addAll(own);
                Settings settings = Settings.load(all);
                LabelledRows.of(stage, documents, label, FitJob.skipsSpace(settings))
                        .write()
                        .option("compression", "none")
                        .json(input);
                boolean hasRows = storage.list(input).stream().anyMatch(file -> file.bytes() > 0);
                String left = stage.getHandleInvalid().equals("error") ? "" : " that can be used";
                Refusal.unless(hasRows, stage.uid(), "no rows" + left + " in the DataFrame", "documents with labels");
                return FitJob.fit(settings, documents.sparkSession(), names);
            } catch (CorruptFileException e) {
                if (isOf(e, storage.qualify(directory))) {
                    throw refusedText(stage, e);
                }
                throw e;
            } finally {
                delete(storage, directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(stage.uid() + ": cannot read or write the files of a fitting", e);
        }
    }

    private static boolean isOf(CorruptFileException failure, String directory) {
        return String.valueOf(failure.getMessage()).contains(directory);
    }

    /** The rows as files are deleted, so nobody can look there. */
    private static IllegalArgumentException refusedText(FitParams<?> stage, CorruptFileException refused) {
        return new IllegalArgumentException(
                stage.uid() + ": a text of " + stage.getInputCol()
                        + " cannot be used; mend it, or set handleInvalid to skip: " + refused.getMessage(),
                refused);
    }

    /** What stays there is no reason to lose the model, or to hide why there is none. */
    static void delete(Storage storage, String directory) {
        try {
            storage.delete(directory);
        } catch (IOException e) {
            LOG.warn("{} is no longer needed and could not be deleted; delete it: {}", directory, e.getMessage());
        }
    }

    private static List<String> settings(
            FitParams<?> stage, JavaSparkContext context, String input, String run, String task) {
        List<String> settings = new ArrayList<>(List.of(
                "data.input=" + input,
                "data.source.text-field=" + LabelledRows.TEXT,
                "data.source.id-field=" + LabelledRows.ID,
                "run.dir=" + run,
                "fit.label-field=" + LabelledRows.LABEL,
                "fit.task=" + task,
                "fit.folds=0",
                "fit.epochs=" + stage.getMaxIter(),
                "fit.seed=" + stage.getSeed(),
                "fit.pooling=" + stage.getPooling(),
                "fit.trained-layers=" + stage.getTrainedLayers(),
                "train.threads=" + context.getConf().getInt("spark.task.cpus", 1)));
        if (stage.isDefined(stage.pretrained())) {
            settings.add("fit.pretrained=" + stage.getPretrained());
        }
        if (stage.isDefined(stage.tokenizer())) {
            settings.add("data.tokenizer=" + stage.getTokenizer());
        }
        if (stage.isDefined(stage.reverseComplement())) {
            settings.add("fit.readings=" + (stage.getReverseComplement() ? "complement" : "forward"));
        }
        if (stage.isSet(stage.maxLength())) {
            settings.add("fit.max-length=" + stage.getMaxLength());
        }
        if (stage.isDefined(stage.stepSize())) {
            double rate = stage.getStepSize();
            settings.addAll(
                    List.of("train.lr=" + rate, "train.filter-lr=" + rate, "train.matrix-lr=" + MATRIX_SHARE * rate));
        }
        if (!stage.getHandleInvalid().equals("error")) {
            settings.add("data.max-bad-fraction=1");
        }
        if (stage.isDefined(stage.weightCol())) {
            settings.add("fit.weight-field=" + LabelledRows.WEIGHT);
        }
        if (stage.isDefined(stage.validationIndicatorCol())) {
            settings.addAll(List.of("fit.held-out-field=" + LabelledRows.HELD_OUT, "run.checkpoint=best"));
        }
        settings.addAll(List.of(stage.getSettings()));
        return settings;
    }

    private static String directory(FitParams<?> stage, JavaSparkContext context) {
        if (stage.isDefined(stage.checkpointDir())) {
            return stage.getCheckpointDir();
        }
        boolean one = context.isLocal();
        Refusal.unless(
                one || context.getCheckpointDir().isPresent(),
                stage.checkpointDir().toString(),
                "nothing",
                "the URI of a directory that all executors reach; call setCheckpointDir");
        return context.getCheckpointDir().or(onDisk(System.getProperty("java.io.tmpdir")));
    }

    /** The name of a directory on this machine as Hadoop has it: with its characters as they are. */
    static String onDisk(String directory) {
        return "file:" + Path.of(directory).toAbsolutePath();
    }

    /**
     * The rows of a DataFrame as {@code fit} reads them: those that can be learnt from, sorted, so that a model depends
     * on the rows alone and not on their order and partitions.
     */
    static final class LabelledRows {
        static final String TEXT = "text";
        static final String LABEL = "label";
        static final String ID = "id";
        static final String WEIGHT = "weight";
        static final String HELD_OUT = "held_out";
        private static final String SPACE = " \t\n\u000B\f\r"; // of ASCII

        private LabelledRows() {}

        /**
         * A field of every row.
         *
         * @param found what there is instead of a value that can be used
         */
        private record Field(
                String name, Param<String> param, Column value, Column usable, Column found, String expected) {

            Column orRefusal() {
                Column refusal = functions.raise_error(functions.concat(
                        functions.lit(param + ": found "),
                        found,
                        functions.lit(
                                ", expected " + expected + "; set handleInvalid to skip, or leave such rows out")));
                return functions.when(usable, value).otherwise(refusal).as(name);
            }
        }

        /**
         * Rows that cannot be used are refused while the others are computed, unless the stage leaves them out. A
         * document's id is the hash of its text, by which they are sorted first; those that are equal in all else too
         * are the same.
         *
         * @param skipsSpace whether a text of white space alone is as good as an empty one
         */
        static Dataset<Row> of(FitParams<?> stage, Dataset<?> documents, Label label, boolean skipsSpace) {
            Dataset<Row> all = documents.toDF();
            List<Field> fields = fields(stage, all, label, skipsSpace);
            Column id =
                    functions.sha2(Stages.column(all, stage.getInputCol()), 256).as(ID);
            List<Column> columns = new ArrayList<>(List.of(id));
            if (stage.getHandleInvalid().equals("error")) {
                fields.forEach(field -> columns.add(field.orRefusal()));
                return sorted(all.select(columns.toArray(Column[]::new)));
            }
            fields.forEach(field -> columns.add(field.value.as(field.name)));
            Column usable =
                    fields.stream().map(Field::usable).reduce(Column::and).orElseThrow();
            return sorted(all.filter(usable).select(columns.toArray(Column[]::new)));
        }

        private static Dataset<Row> sorted(Dataset<Row> rows) {
            return rows.sort(Arrays.stream(rows.columns())
                    .filter(name -> !name.equals(TEXT))
                    .map(rows::col)
                    .toArray(Column[]::new));
        }

        private static List<Field> fields(FitParams<?> stage, Dataset<Row> all, Label label, boolean skipsSpace) {
            Column text = Stages.column(all, stage.getInputCol());
            Column found = functions.when(text.isNull(), "null").otherwise("an empty text");
            Column letters = skipsSpace ? functions.trim(text, SPACE) : text;
            Column there = text.isNotNull().and(letters.notEqual(""));
            Column labels = Stages.column(all, stage.getLabelCol());
            List<Field> fields = new ArrayList<>();
            fields.add(new Field(TEXT, stage.inputCol(), text, there, found, "documents"));
            fields.add(new Field(LABEL, stage.labelCol(), label.value, label.usable, shown(labels), label.expected));
            if (stage.isDefined(stage.weightCol())) {
                Column weight = Stages.column(all, stage.getWeightCol()).cast(DataTypes.DoubleType);
                Column usable = isFinite(weight).and(weight.geq(0));
                fields.add(
                        new Field(WEIGHT, stage.weightCol(), weight, usable, shown(weight), "a number of at least 0"));
            }
            if (stage.isDefined(stage.validationIndicatorCol())) {
                Column heldOut = Stages.column(all, stage.getValidationIndicatorCol());
                Param<String> param = stage.validationIndicatorCol();
                fields.add(new Field(HELD_OUT, param, heldOut, heldOut.isNotNull(), shown(heldOut), "true or false"));
            }
            return fields;
        }

        private static Column shown(Column column) {
            return functions.coalesce(column.cast(DataTypes.StringType), functions.lit("null"));
        }
    }
}
