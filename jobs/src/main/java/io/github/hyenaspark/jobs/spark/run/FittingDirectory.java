package io.github.hyenaspark.jobs.spark.run;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.Storage;
import java.util.ArrayList;
import java.util.List;

/**
 * The directory that {@code fit} makes, a fitting: where its files are. It opens none of them.
 *
 * @param uri of the directory
 */
public record FittingDirectory(String uri) {
    /** The file in the directory of a fitted model that describes it, and is written last there. */
    public static final String DESCRIPTION = "model.json";

    private static final String TRAINING = "training";
    private static final String MODEL = "model";

    /** The settings of the fitting, which are written first: what has them is a fitting. */
    public String settings() {
        return Storage.resolve(uri, "fit.json");
    }

    /** The dataset of its documents. */
    public String dataset() {
        return Storage.resolve(uri, "data");
    }

    /** What names the snapshot that is learnt from, written before the first model begins. */
    public String documents() {
        return Storage.resolve(uri, "documents.json");
    }

    /** The pretrained parameters that its models begin with, if any; written before {@link #documents}. */
    public String pretrained() {
        return Storage.resolve(uri, "pretrained.safetensors");
    }

    /** The run of one of its models. */
    public String run(String name) {
        return Storage.resolve(Storage.resolve(uri, TRAINING), name);
    }

    /** The directory of the fitted model, which holds all models. */
    public String model() {
        return Storage.resolve(uri, MODEL);
    }

    /** A line for each document that measured. */
    public String predictions() {
        return Storage.resolve(uri, "predictions.jsonl");
    }

    public String report() {
        return Storage.resolve(uri, "report.html");
    }

    /** The result, which is written last. */
    public String result() {
        return Storage.resolve(uri, "result.json");
    }

    /**
     * The name of a model, and of its run.
     *
     * @param folds of the fitting, 0 if there is no cross-validation
     * @param fold from 0 on
     * @param model within its fold, from 0 on
     */
    public static String name(int folds, int fold, int model) {
        return (folds == 0 ? "" : "fold-" + (fold + 1) + "-") + MODEL + "-" + (model + 1);
    }

    /** The names of all models that a fitting of these settings trains, in the order in which it does. */
    public static List<String> names(JsonNode settings) {
        int folds = settings.at("/fit/folds").asInt();
        int models = settings.at("/fit/models").asInt();
        List<String> names = new ArrayList<>();
        for (int fold = 0; fold < Math.max(1, folds); fold++) {
            for (int model = 0; model < models; model++) {
                names.add(name(folds, fold, model));
            }
        }
        return names;
    }
}
