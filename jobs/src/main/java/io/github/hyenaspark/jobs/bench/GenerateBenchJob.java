package io.github.hyenaspark.jobs.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.bench.GenerationBenchmark;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.convolution.LongConvolution;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.cli.Job;
import io.github.hyenaspark.model.ModelConfig;
import java.util.List;

/** {@code bench generate}: how fast tokens follow a prompt, how that grows with their number, and the naive way. */
final class GenerateBenchJob implements Job {
    /** The model is as long as the prompt and what follows, unless it is said how long. */
    @Override
    public List<String> derived(Settings settings) {
        BenchJob.Config config = settings.bind("bench", BenchJob.Config.class);
        return List.of("model.l-max=" + Math.addExact(config.length(), config.tokens()));
    }

    @Override
    public void run(Settings settings, Console console) {
        BenchJob.Config config = settings.bind("bench", BenchJob.Config.class);
        ModelConfig model = settings.bind("model", ModelConfig.class);
        var shape = new GenerationBenchmark.Shape(model, config.vocab(), config.length(), config.tokens());
        GenerationBenchmark.Measurement found = GenerationBenchmark.run(shape, config.steps());
        double seconds = found.longest().cpu().median();
        ObjectNode json = Json.object()
                .put("mixer", model.mixerNames())
                .put("d_model", model.dModel())
                .put("n_layer", model.nLayer())
                .put("l_max", model.lMax())
                .put("vocab", config.vocab())
                .put("parameters", found.parameters())
                .put("kernel", LongConvolution.kernelName())
                .put("threads", 1)
                .put("time", "cpu")
                .put("prompt", config.length())
                .put("tokens", config.tokens())
                .put("prompt_seconds", BenchJob.shown(found.promptSeconds()))
                .put("seconds", BenchJob.shown(seconds))
                .put("tokens_per_second", BenchJob.shown(config.tokens() / seconds))
                .put("naive_positions", found.naivePositions())
                .put("naive_seconds", BenchJob.shown(found.naiveSeconds()))
                .put("speedup", BenchJob.shown(found.speedup()));
        putRuns(json, found.runs());
        console.result(json);
    }

    private static void putRuns(ObjectNode json, List<GenerationBenchmark.Measurement.Run> runs) {
        var tokens = json.putArray("run_tokens");
        var seconds = json.putArray("run_seconds");
        runs.forEach(run -> {
            tokens.add(run.tokens());
            seconds.add(BenchJob.shown(run.cpu().median()));
        });
    }
}
