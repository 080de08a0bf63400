package io.github.hyenaspark.ml;

import java.util.List;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.param.StringArrayParam;

/**
 * Parameters of an estimator that learns a label. Defaults are those of the command {@code fit}.
 *
 * @param <S> the stage itself
 */
public interface FitParams<S extends Params> extends DocumentParams<S> {
    /** The column with what is to be learnt; {@code label} by default. */
    default Param<String> labelCol() {
        return new Param<>(this, "labelCol", "column with what is to be learnt");
    }

    default String getLabelCol() {
        return getOrDefault(labelCol());
    }

    default S setLabelCol(String column) {
        return Stages.set(this, labelCol(), column);
    }

    /** A column of numbers, by which the losses of documents are multiplied; if it is not set, all count the same. */
    default Param<String> weightCol() {
        return new Param<>(this, "weightCol", "column of numbers by which the losses of documents are multiplied");
    }

    default String getWeightCol() {
        return getOrDefault(weightCol());
    }

    default S setWeightCol(String column) {
        return Stages.set(this, weightCol(), column);
    }

    /**
     * A column of booleans: true for documents that are not trained on but decide which of the trained parameters are
     * kept, those of the lowest loss. If it is not set, the last are, and a tenth of the documents only measures them.
     */
    default Param<String> validationIndicatorCol() {
        String doc = "column of booleans: true for documents that are held out and decide which parameters are kept";
        return new Param<>(this, "validationIndicatorCol", doc);
    }

    default String getValidationIndicatorCol() {
        return getOrDefault(validationIndicatorCol());
    }

    default S setValidationIndicatorCol(String column) {
        return Stages.set(this, validationIndicatorCol(), column);
    }

    /** Decides initial parameters, dropout, the order of documents and which of them are held out; 1 by default. */
    default LongParam seed() {
        return new LongParam(this, "seed", "decides initial parameters, dropout, and the order of documents");
    }

    default long getSeed() {
        return (long) getOrDefault(seed());
    }

    default S setSeed(long seed) {
        return Stages.set(this, seed(), seed);
    }

    /** Epochs: how often a model sees every document; 0, the default, for six, or more if there are few documents. */
    default IntParam maxIter() {
        return new IntParam(
                this, "maxIter", "epochs: how often every document is seen; 0: as fit.epochs", ParamValidators.gtEq(0));
    }

    default int getMaxIter() {
        return (int) getOrDefault(maxIter());
    }

    default S setMaxIter(int epochs) {
        return Stages.set(this, maxIter(), epochs);
    }

    /**
     * The highest learning rate; if it is not set, that of the recipe. Matrices, which Muon trains, get five times as
     * much, as in the recipe.
     */
    default DoubleParam stepSize() {
        return new DoubleParam(this, "stepSize", "the highest learning rate", ParamValidators.gt(0));
    }

    default double getStepSize() {
        return (double) getOrDefault(stepSize());
    }

    default S setStepSize(double rate) {
        return Stages.set(this, stepSize(), rate);
    }

    /** URI of a run or an export whose model to begin with; if it is not set, a model begins from nothing. */
    default Param<String> pretrained() {
        return new Param<>(this, "pretrained", "URI of a run or an export to begin with; not set: from nothing");
    }

    default String getPretrained() {
        return getOrDefault(pretrained());
    }

    default S setPretrained(String uri) {
        return Stages.set(this, pretrained(), uri);
    }

    /** Vectors at a document's tokens to one: {@code mean}, {@code last}, {@code max} or {@code attention}. */
    default Param<String> pooling() {
        String doc = "vectors at a document's tokens to one: mean, last, max or attention";
        return new Param<>(this, "pooling", doc, ParamValidators.inArray(List.of("mean", "last", "max", "attention")));
    }

    default String getPooling() {
        return getOrDefault(pooling());
    }

    default S setPooling(String pooling) {
        return Stages.set(this, pooling(), pooling);
    }

    /** How many of the last blocks are trained; -1, the default: all, and the embedding. */
    default IntParam trainedLayers() {
        String doc = "how many of the last blocks are trained; -1: all, and the embedding";
        return new IntParam(this, "trainedLayers", doc, ParamValidators.gtEq(-1));
    }

    default int getTrainedLayers() {
        return (int) getOrDefault(trainedLayers());
    }

    default S setTrainedLayers(int blocks) {
        return Stages.set(this, trainedLayers(), blocks);
    }

    /** Tokens in the longest sequence; of a longer document several are read, and their predictions averaged. */
    default IntParam maxLength() {
        String doc = "tokens in the longest sequence; of longer documents several are read, and predictions averaged";
        return new IntParam(this, "maxLength", doc, ParamValidators.gtEq(1));
    }

    default int getMaxLength() {
        return (int) getOrDefault(maxLength());
    }

    default S setMaxLength(int tokens) {
        return Stages.set(this, maxLength(), tokens);
    }

    /**
     * Whether DNA is read along its other strand too; if it is not set, it is for the tokenizer {@code dna}, and other
     * documents are read from both ends. If it is false, documents are read from their beginning alone.
     */
    default BooleanParam reverseComplement() {
        return new BooleanParam(this, "reverseComplement", "whether the other strand of DNA is read too");
    }

    default boolean getReverseComplement() {
        return (boolean) getOrDefault(reverseComplement());
    }

    default S setReverseComplement(boolean both) {
        return Stages.set(this, reverseComplement(), both);
    }

    /**
     * Text to tokens, as the setting {@code data.tokenizer}: {@code bytes}, {@code dna}, or a tokenizer's file. If it
     * is not set: that of a pretrained model, else {@code bytes}.
     */
    default Param<String> tokenizer() {
        return new Param<>(this, "tokenizer", "bytes, dna, or the URI of a tokenizer's file");
    }

    default String getTokenizer() {
        return getOrDefault(tokenizer());
    }

    default S setTokenizer(String tokenizer) {
        return Stages.set(this, tokenizer(), tokenizer);
    }

    /**
     * URI of a directory that all executors reach. What a fitting needs while it runs, the documents among it, lies
     * there below a name of its own and is deleted at the end. If it is not set: Spark's checkpoint directory, and in
     * local mode the temporary files of Java.
     */
    default Param<String> checkpointDir() {
        String doc = "URI of a directory that all executors reach, for what is needed while fitting";
        return new Param<>(this, "checkpointDir", doc);
    }

    default String getCheckpointDir() {
        return getOrDefault(checkpointDir());
    }

    default S setCheckpointDir(String uri) {
        return Stages.set(this, checkpointDir(), uri);
    }

    /** Further settings of the command {@code fit}, such as {@code model.d-model=128}; none by default. */
    default StringArrayParam settings() {
        return new StringArrayParam(this, "settings", "further settings of the command fit, as key=value");
    }

    default String[] getSettings() {
        return getOrDefault(settings());
    }

    default S setSettings(String... settings) {
        return Stages.set(this, settings(), settings);
    }
}
