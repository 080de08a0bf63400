package io.github.hyenaspark.train.optim;

import io.github.hyenaspark.operator.nn.ParameterGroup;
import io.github.hyenaspark.train.config.TrainConfig;
import java.util.EnumMap;
import java.util.Map;

/**
 * What one group of parameters is updated with in one local step.
 *
 * @param lr learning rate
 * @param weightDecay decoupled weight decay; the learning rate multiplies it
 */
public record GroupRates(double lr, double weightDecay) {
    /** The rates of all groups at local step {@code step} of the run, counted from 0: base decayed, the others not. */
    public static Map<ParameterGroup, GroupRates> at(TrainConfig config, long step) {
        WarmupCosine schedule = WarmupCosine.of(config);
        double filterLr = schedule.rate(config.filterLr(), step);
        Map<ParameterGroup, GroupRates> rates = new EnumMap<>(ParameterGroup.class);
        for (ParameterGroup group : ParameterGroup.values()) {
            rates.put(
                    group,
                    group == ParameterGroup.BASE
                            ? new GroupRates(schedule.rate(config.lr(), step), config.weightDecay())
                            : new GroupRates(filterLr, 0));
        }
        return rates;
    }
}
