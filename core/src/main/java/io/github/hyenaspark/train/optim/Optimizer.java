package io.github.hyenaspark.train.optim;

import io.github.hyenaspark.model.ParameterEntry;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.tensor.ComputePool;
import io.github.hyenaspark.product.Operand.Floats;
import io.github.hyenaspark.train.config.TrainConfig;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * One step over the flat arrays of a model, by setting {@code train.optimizer}: {@link AdamW} for all parameters, or
 * {@link Muon} for the weight matrices and AdamW for the rest. For one thread at a time.
 */
public final class Optimizer {
    private final MomentLayout layout;
    private final AdamW adamW;
    private final Muon muon;

    /**
     * For the parameters of a model.
     *
     * @param table without gaps from offset 0
     * @param betas β1 and β2 of AdamW
     */
    public Optimizer(TrainConfig.Optimizer kind, List<ParameterEntry> table, List<Double> betas) {
        layout = MomentLayout.of(kind, table);
        adamW = new AdamW(layout, betas);
        muon = new Muon(layout);
    }

    /** A worker's start to train in: a copy of θ, and the moments themselves; those that it lacks become zeros. */
    public TrainingState begin(TrainingState start) {
        return start.toTrain(layout.secondMoments());
    }

    /**
     * Updates {@code state} in place. The bits do not depend on the number of threads.
     *
     * @param gradients P, unchanged
     * @param step updates that the moments already contain
     * @param rates for every group of the table
     * @throws IllegalArgumentException if an array does not fit the table or a group has no rates
     */
    public void update(
            TrainingState state,
            Floats gradients,
            long step,
            Map<ParameterSpec.Group, GroupRates> rates,
            ComputePool pool) {
        layout.check("state", layout.parameters(), state.parameterCount());
        layout.check("gradients", layout.parameters(), gradients.length());
        layout.check("second moments", layout.secondMoments(), state.secondMoment().length);
        adamW.update(state, gradients, step, rates);
        muon.update(state, gradients, rates, pool);
    }

    /** Learning rate of a group in one local step, and its decoupled weight decay, which the rate multiplies. */
    public record GroupRates(double lr, double weightDecay) {
        /** The rates of all groups at a local step of the run, from 0; only the base group and matrices decay. */
        public static Map<ParameterSpec.Group, GroupRates> at(TrainConfig config, long step) {
            LearningRate rate = LearningRate.of(config);
            double matrixLr = config.optimizer() == TrainConfig.Optimizer.MUON ? config.matrixLr() : config.lr();
            Map<ParameterSpec.Group, GroupRates> rates = new EnumMap<>(ParameterSpec.Group.class);
            for (ParameterSpec.Group group : ParameterSpec.Group.values()) {
                rates.put(
                        group,
                        switch (group) {
                            case BASE -> new GroupRates(rate.at(config.lr(), step), config.weightDecay());
                            case MATRIX -> new GroupRates(rate.at(matrixLr, step), config.weightDecay());
                            case FILTER, POSITIONS, DECAY -> new GroupRates(rate.at(config.filterLr(), step), 0);
                        });
            }
            return rates;
        }

        static GroupRates in(Map<ParameterSpec.Group, GroupRates> rates, ParameterSpec.Group group) {
            GroupRates found = rates.get(group);
            if (found == null) {
                throw new IllegalArgumentException(
                        "group " + group + " has parameters but no rates, found rates for " + rates.keySet());
            }
            return found;
        }
    }
}
