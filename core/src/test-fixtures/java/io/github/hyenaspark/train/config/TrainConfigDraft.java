package io.github.hyenaspark.train.config;

import io.github.hyenaspark.train.codec.Codec;
import java.util.List;

/** Good training settings, of which a test changes what it is about. */
public final class TrainConfigDraft {
    public int workers = 2;
    public int localSteps = 10;
    public int rounds = 5;
    public int batchSize = 4;
    public long seed = 1;
    public TrainConfig.DropoutSeeds dropoutSeeds = TrainConfig.DropoutSeeds.MIXED;
    public int warmupSteps = 3;
    public int threads = 1;
    public TrainConfig.Optimizer optimizer = TrainConfig.Optimizer.ADAMW;
    public double lr = 6e-4;
    public double matrixLr = 1e-2;
    public TrainConfig.Schedule schedule = TrainConfig.Schedule.TIMM;
    public double decayFraction = 1;
    public double minLr = 6e-5;
    public double weightDecay = 0.1;
    public double clipNorm = 1;
    public double filterLr = 3e-4;
    public List<Double> betas = List.of(0.9, 0.98);
    public String recompute = "none";
    public TrainConfig.RoundMode mode = TrainConfig.RoundMode.SYNC;
    public TrainConfig.Deadline deadline = new TrainConfig.Deadline(60, 0.5, 30);
    public TrainConfig.Outer outer = new TrainConfig.Outer(1, 0.5, 0);
    public TrainConfig.MomentPolicy innerState = TrainConfig.MomentPolicy.AVERAGE;
    public TrainConfig.SecondMoment secondMoment = TrainConfig.SecondMoment.WORKERS;
    public Codec codec = Codec.FP32;
    public Codec downCodec = Codec.FP32;
    public TrainConfig.Guard guard = new TrainConfig.Guard(10, TrainConfig.Guard.Action.STOP);
    public List<TrainConfig.StepPhase> stepPhases = List.of();
    public TrainConfig.LengthSchedule lengthSchedule = new TrainConfig.LengthSchedule(0, 1);
    public TrainConfig.Reached reached = new TrainConfig.Reached(0, 1);

    /** The settings as they are now. */
    public TrainConfig config() {
        return new TrainConfig(
                workers,
                localSteps,
                rounds,
                batchSize,
                seed,
                dropoutSeeds,
                optimizer,
                lr,
                matrixLr,
                minLr,
                warmupSteps,
                schedule,
                decayFraction,
                weightDecay,
                betas,
                clipNorm,
                filterLr,
                threads,
                recompute,
                mode,
                deadline,
                outer,
                innerState,
                secondMoment,
                codec,
                downCodec,
                guard,
                stepPhases,
                lengthSchedule,
                reached);
    }
}
