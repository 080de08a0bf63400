package io.github.hyenaspark.jobs;

import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.train.optim.GradientClip;
import java.io.Serializable;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.BaseTrainingListener;

/** Our clip of the gradients' global norm, which DL4J has none of, between its backward pass and its updater. */
final class ClippingListener extends BaseTrainingListener implements Serializable {
    private static final long serialVersionUID = 1;

    private final double limit;

    ClippingListener(double limit) {
        this.limit = limit;
    }

    @Override
    public void onGradientCalculation(Model model) {
        new GradientClip(limit).clip(FloatArray.of(((ComputationGraph) model).getFlattenedGradients()));
    }
}
