package io.github.hyenaspark.jobs.bench;

import static io.github.hyenaspark.jobs.bench.BenchJob.shown;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.bench.BenchmarkLoop;
import io.github.hyenaspark.bench.Roofline;
import io.github.hyenaspark.bench.StepBenchmark;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.convolution.LongConvolution;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.cli.Job;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.train.config.TrainConfig;
import java.util.List;

/** {@code bench step}: the speed of local steps. Batch, length and threads come from {@code bench}. */
final class StepBenchJob implements Job {
    private static final double GIGA = 1e9;

    /** By default the model is as long as the sequences. */
    @Override
    public List<String> derived(Settings settings) {
        return List.of(
                "model.l-max=" + settings.bind("bench", BenchJob.Config.class).length());
    }

    @Override
    public void run(Settings settings, Console console) {
        BenchJob.Config config = settings.bind("bench", BenchJob.Config.class);
        ModelConfig model = settings.bind("model", ModelConfig.class);
        TrainConfig train = settings.bind("train", TrainConfig.class);
        var shape = new StepBenchmark.Shape(model, config.vocab(), config.batch(), config.length(), config.threads());
        StepBenchmark.Measurement found = StepBenchmark.run(shape, train, config.steps());
        BenchmarkLoop wall = found.wall();
        ObjectNode json = Json.object()
                .put("mixer", model.mixerNames())
                .put("d_model", model.dModel())
                .put("n_layer", model.nLayer())
                .put("length", config.length())
                .put("batch", config.batch())
                .put("vocab", config.vocab())
                .put("threads", config.threads())
                .put("recompute", train.recompute())
                .put("kernel", LongConvolution.kernelName())
                .put("parameters", found.parameters())
                .put("tokens_per_second", shown(shape.tokens() / wall.median()))
                .put("tokens_per_second_best", shown(shape.tokens() / wall.best()))
                .put("cpu_seconds", shown(found.cpuSeconds()))
                .put("held_mib", shown(found.heldMebibytes()));
        found.peakMebibytes().ifPresent(peak -> json.put("peak_rss_mib", shown(peak)));
        found.baseMebibytes().ifPresent(base -> json.put("base_rss_mib", shown(base)));
        Roofline roofline = found.roofline();
        json.put("gemm_flop", roofline.productFlop())
                .put("sgemm_gflops", shown(roofline.productFlopPerSecond() / GIGA))
                .put("convolution_seconds", shown(roofline.convolutionSeconds()))
                .put("roofline_seconds", shown(roofline.seconds()))
                .put("roofline_ratio", shown(found.rooflineRatio()))
                .put("loss", shown(found.loss()))
                .put("warm_up_steps", found.warmUpSteps());
        var seconds = json.putArray("step_seconds");
        wall.seconds().forEach(step -> seconds.add(shown(step)));
        console.result(json);
    }
}
