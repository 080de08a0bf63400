package io.github.hyenaspark.jobs.fit;

import io.github.hyenaspark.data.batch.Readings;
import io.github.hyenaspark.data.token.DnaTokenizer;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.operator.head.LabelHead;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The section {@code fit}; {@code reference.conf} describes its keys. Several label fields are several tags, or several
 * values.
 */
public record FitConfig(
        List<String> labelField,
        TaskChoice task,
        int folds,
        double validationFraction,
        int models,
        int epochs,
        long seed,
        String pretrained,
        int trainedLayers,
        LabelHead.Pooling pooling,
        int parts,
        ReadingChoice readings,
        ClassWeights classWeights,
        double dropout,
        int maxLength,
        String weightField,
        String heldOutField) {
    private static final int MOST_MODELS = 1000; // of a fold

    public FitConfig {
        boolean named = !labelField.isEmpty() && labelField.stream().noneMatch(String::isBlank);
        Refusal.unless(named, "fit.label-field", labelField, "the name of a field of the documents");
        Refusal.unless(folds == 0 || folds > 1, "fit.folds", folds, "0 (no cross-validation), or at least 2");
        boolean share = validationFraction > 0 && validationFraction <= 0.5;
        Refusal.unless(share, "fit.validation-fraction", validationFraction, "a number above 0, at most 0.5");
        Refusal.unless(models >= 1 && models <= MOST_MODELS, "fit.models", models, "1 to " + MOST_MODELS);
        Refusal.below(0, "fit.epochs", epochs);
        Refusal.below(0, "fit.parts", parts);
        Refusal.unless(trainedLayers >= -1, "fit.trained-layers", trainedLayers, "-1 (all), or 0 and more");
        Refusal.unless(dropout >= 0 && dropout < 1, "fit.dropout", dropout, "a number in [0, 1)");
        Refusal.below(1, "fit.max-length", maxLength);
        labelField = List.copyOf(labelField);
    }

    /** What is predicted. */
    public enum TaskChoice {
        /**
         * Values if every label is a number, and one of them not whole or more than 20 of them different, or, in
         * several fields, not 0 or 1.
         */
        AUTO,
        CLASSIFICATION,
        REGRESSION,
        TAGGING
    }

    /** From which ends a document is read. */
    public enum ReadingChoice {
        /** {@link Readings#COMPLEMENT} for DNA, else {@link Readings#BOTH}. */
        AUTO,
        FORWARD,
        BOTH,
        COMPLEMENT
    }

    /** How much a document's loss counts. */
    public enum ClassWeights {
        /** As much as every other's. */
        NONE,
        /** In inverse proportion to how frequent its class is; the mean weight is 1. */
        BALANCED
    }

    Readings readings(String tokenizer) {
        boolean dna = tokenizer.equals(DnaTokenizer.NAME);
        Refusal.unless(
                dna || readings != ReadingChoice.COMPLEMENT,
                "fit.readings",
                "complement",
                "both or forward: only documents of data.tokenizer=dna have another strand");
        return readings == ReadingChoice.AUTO
                ? dna ? Readings.COMPLEMENT : Readings.BOTH
                : Readings.valueOf(readings.name());
    }

    /** All fields of a document besides its text and id. */
    List<String> fields() {
        List<String> fields = new ArrayList<>(labelField);
        Stream.of(weightField, heldOutField).filter(field -> !field.isBlank()).forEach(fields::add);
        return fields;
    }

    /** Refuses a document, {@code what}, with these fields besides its text, if it lacks one. */
    void checkFields(Set<String> found, String what) {
        for (String field : fields()) {
            Refusal.unless(
                    found.contains(field), setting(field), field, "a field that " + what + " has, and every other");
        }
    }

    /** The setting that names one of {@link #fields}. */
    String setting(String field) {
        return labelField.contains(field)
                ? "fit.label-field"
                : field.equals(weightField) ? "fit.weight-field" : "fit.held-out-field";
    }

    int trainedLayers(int layers) {
        return trainedLayers < 0 ? layers : trainedLayers;
    }
}
