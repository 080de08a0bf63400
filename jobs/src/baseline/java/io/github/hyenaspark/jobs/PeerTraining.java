package io.github.hyenaspark.jobs;

import io.github.hyenaspark.data.batch.BatchCursor;
import io.github.hyenaspark.data.batch.PackingConfig;
import io.github.hyenaspark.data.batch.TokenBatches;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.model.Batch;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.LossSum;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.train.config.TrainConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.spark.api.RDDTrainingApproach;
import org.deeplearning4j.spark.api.Repartition;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/**
 * A run of ours under DL4J's parameter averaging: the same graph, first parameters, batches by worker and step, rates
 * as in ours; Adam is DL4J's. A round is a {@code fit}, so that no round gets the batches of another.
 */
final class PeerTraining {
    /** How gradients are clipped. */
    enum Clip {
        /** As DL4J can: the norm of each layer's. */
        EACH_LAYER,
        /** As we do, lent: the norm of all together. */
        ALL_TOGETHER
    }

    private final ModelConfig model;
    private final TrainConfig train;
    private final String dataset;
    private final DatasetSnapshot snapshot;
    private final Storage storage = Storage.local();

    PeerTraining(ModelConfig model, TrainConfig train, String dataset) throws IOException {
        this.model = model;
        this.train = train;
        this.dataset = dataset;
        snapshot = DatasetSnapshot.newest(storage, dataset);
    }

    /** The held-out loss after the run, nats a token. */
    double heldOutLoss(JavaSparkContext context, boolean saveUpdater, Clip clip) throws IOException {
        var configuration = HyenaLanguageModel.configuration(model, vocabularySize(), train.seed(), DataType.FLOAT);
        updaters(configuration, 0, saveUpdater);
        if (clip == Clip.EACH_LAYER) {
            layers(configuration).forEach(this::clipByItself);
        }
        var graph = new ComputationGraph(configuration);
        graph.init();
        var master = new ParameterAveragingTrainingMaster.Builder(train.workers(), train.batchSize())
                .batchSizePerWorker(train.batchSize())
                .averagingFrequency(train.localSteps())
                .saveUpdater(saveUpdater)
                .repartionData(Repartition.Never) // the slices are the workers' already
                .rddTrainingApproach(RDDTrainingApproach.Direct)
                .build();
        var peer = new SparkComputationGraph(context, graph, master);
        if (clip == Clip.ALL_TOGETHER) {
            peer.setListeners(new ClippingListener(train.clipNorm()));
        }
        try (TokenBatches batches = open(Split.TRAIN, PackingConfig.Strategy.CONTIGUOUS)) {
            for (int round = 0; round < train.rounds(); round++) {
                updaters(peer.getNetwork().getConfiguration(), round, saveUpdater);
                JavaRDD<MultiDataSet> data = context.parallelize(examples(batches, round), train.workers());
                peer.fitMultiDataSet(data);
                data.unpersist();
            }
        }
        return heldOutLoss(FloatArray.of(peer.getNetwork().params()).toArray());
    }

    private void updaters(ComputationGraphConfiguration configuration, int round, boolean saveUpdater) {
        var adam = new Adam(RoundSchedule.of(train, round, saveUpdater));
        adam.setBeta1(train.betas().get(0));
        adam.setBeta2(train.betas().get(1));
        adam.setEpsilon(1e-8);
        layers(configuration).forEach(layer -> layer.setIUpdater(adam));
    }

    private static Stream<BaseLayer> layers(ComputationGraphConfiguration configuration) {
        return configuration.getVertices().values().stream()
                .map(vertex -> (BaseLayer) ((LayerVertex) vertex).getLayerConf().getLayer());
    }

    private void clipByItself(BaseLayer layer) {
        layer.setGradientNormalization(GradientNormalization.ClipL2PerLayer);
        layer.setGradientNormalizationThreshold(train.clipNorm());
    }

    /** Worker by worker the batches of its steps. */
    private List<MultiDataSet> examples(TokenBatches batches, int round) throws IOException {
        var cursor = new BatchCursor(batches.sequences(), train.seed(), train.workers(), train.batchSize());
        List<MultiDataSet> examples = new ArrayList<>();
        for (int worker = 0; worker < train.workers(); worker++) {
            for (int step = 0; step < train.localSteps(); step++) {
                Batch batch = batches.batch(cursor.sequencesOf(train.step(round, step), worker));
                examples.add(new org.nd4j.linalg.dataset.MultiDataSet(
                        array(batch.ids(), batch), array(batch.targets(), batch)));
            }
        }
        return examples;
    }

    private static INDArray array(int[] values, Batch batch) {
        return Nd4j.createFromArray(values).reshape('c', batch.batchSize(), 1, batch.length());
    }

    private double heldOutLoss(float[] theta) throws IOException {
        HyenaLanguageModel network = HyenaLanguageModel.create(model, vocabularySize(), train.seed());
        network.parameters(theta);
        LossSum sum = LossSum.ZERO;
        try (TokenBatches batches = open(Split.VALIDATION, PackingConfig.Strategy.SINGLE)) {
            for (long sequence = 0; sequence < batches.sequences(); sequence++) {
                sum = sum.plus(network.lossSum(batches.batch(new long[] {sequence})));
            }
        }
        return sum.mean();
    }

    private TokenBatches open(Split split, PackingConfig.Strategy strategy) throws IOException {
        return TokenBatches.open(storage, snapshot, dataset, split, new PackingConfig(strategy, model.lMax()));
    }

    private int vocabularySize() {
        return snapshot.vocabulary().size();
    }
}
