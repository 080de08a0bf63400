package io.github.hyenaspark.jobs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.CollectionAccumulator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.spark.api.RDDTrainingApproach;
import org.deeplearning4j.spark.api.TrainingHook;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * What {@code bench round} measures, of DL4J's parameter averaging: all of a round but what its slower worker computes.
 * Two layers of which one has nearly all parameters, one example and one step a round leave little to compute. What a
 * worker computes is timed around its {@code fit} by DL4J's own hooks, so that a first step that allocates counts as
 * computing too; what DL4J does once for all rounds of a {@code fit} (counting, splitting) is not counted.
 */
final class PeerRounds {
    private static final int WORKERS = 2;

    private PeerRounds() {}

    /** Arguments: parameters, saveUpdater, rounds that warm up, timed rounds. Prints one line of JSON. */
    public static void main(String[] arguments) {
        int width = (int) Math.round(Math.sqrt(Integer.parseInt(arguments[0]))) - 1;
        int warmUp = Integer.parseInt(arguments[2]);
        int rounds = warmUp + Integer.parseInt(arguments[3]);
        try (var context = new JavaSparkContext(new SparkConf().setAppName("parameter averaging of DL4J"))) {
            var fits = new FitTimes(context.sc().collectionAccumulator());
            var builder = new ParameterAveragingTrainingMaster.Builder(WORKERS, 1)
                    .batchSizePerWorker(1)
                    .averagingFrequency(1)
                    .saveUpdater(Boolean.parseBoolean(arguments[1]))
                    .rddTrainingApproach(RDDTrainingApproach.Direct)
                    .trainingHooks(fits);
            var master = new TimedMaster(builder, fits.nanos);
            var graph = new SparkComputationGraph(context, network(width), master);
            List<MultiDataSet> data = examples(width, rounds * WORKERS);
            graph.fitMultiDataSet(context.parallelize(data, WORKERS));
            ObjectNode json = Json.object()
                    .put("parameters", graph.getNetwork().numParams())
                    .put("rounds", master.overheads.size() - warmUp)
                    .put("overhead_ms", median(master.overheads, warmUp))
                    .put("compute_ms", median(master.computing, warmUp));
            System.out.println(json);
        }
    }

    /** (width + 1)² parameters. */
    private static ComputationGraphConfiguration network(int width) {
        return new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Adam(1e-3))
                .activation(Activation.IDENTITY)
                .graphBuilder()
                .addInputs("in")
                .addLayer(
                        "wide", new DenseLayer.Builder().nIn(width).nOut(width).build(), "in")
                .addLayer(
                        "out",
                        new OutputLayer.Builder(LossFunction.MSE)
                                .nIn(width)
                                .nOut(1)
                                .activation(Activation.IDENTITY)
                                .build(),
                        "wide")
                .setOutputs("out")
                .build();
    }

    private static List<MultiDataSet> examples(int width, int count) {
        List<MultiDataSet> examples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            examples.add(new org.nd4j.linalg.dataset.MultiDataSet(Nd4j.rand(1, width), Nd4j.rand(1, 1)));
        }
        return examples;
    }

    private static double median(List<Double> millis, int warmUp) {
        List<Double> timed = new ArrayList<>(millis.subList(warmUp, millis.size()));
        Collections.sort(timed);
        return timed.get(timed.size() / 2);
    }

    private static double millis(long nanos) {
        return nanos / (double) TimeUnit.MILLISECONDS.toNanos(1);
    }

    /** Times every round. */
    private static final class TimedMaster extends ParameterAveragingTrainingMaster {
        private final transient CollectionAccumulator<Long> fits;
        private final transient List<Double> overheads = new ArrayList<>();
        private final transient List<Double> computing = new ArrayList<>();

        TimedMaster(Builder builder, CollectionAccumulator<Long> fits) {
            super(builder);
            this.fits = fits;
        }

        @Override
        protected void doIteration(
                SparkComputationGraph graph, JavaRDD<MultiDataSet> split, int splitNumber, int splits) {
            fits.reset();
            long begin = System.nanoTime();
            super.doIteration(graph, split, splitNumber, splits);
            long all = System.nanoTime() - begin;
            long slower = Collections.max(fits.value());
            overheads.add(millis(all - slower));
            computing.add(millis(slower));
        }
    }

    /** Times every {@code fit} of every worker. */
    private static final class FitTimes implements TrainingHook {
        private static final long serialVersionUID = 1;

        private final CollectionAccumulator<Long> nanos;
        private long begin;

        FitTimes(CollectionAccumulator<Long> nanos) {
            this.nanos = nanos;
        }

        @Override
        public void preUpdate(DataSet minibatch, Model model) {
            begin = System.nanoTime();
        }

        @Override
        public void postUpdate(DataSet minibatch, Model model) {
            nanos.add(System.nanoTime() - begin);
        }

        @Override
        public void preUpdate(MultiDataSet minibatch, Model model) {
            begin = System.nanoTime();
        }

        @Override
        public void postUpdate(MultiDataSet minibatch, Model model) {
            nanos.add(System.nanoTime() - begin);
        }
    }
}
