package io.github.hyenaspark.jobs.bench;

import static io.github.hyenaspark.jobs.bench.BenchJob.shown;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.bench.GenerationBenchmark;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.convolution.LongConvolution;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.cli.JobCommand.Job;
import io.github.hyenaspark.model.ModelConfig;
import java.util.List;

/** {@code bench generate}: the speed of generation, by number of tokens, and that of the naive way. */
final class GenerateBenchJob implements Job {
    /** By default the model is as long as the prompt and the generated tokens. */
    @Override
    public Derived derived(Settings settings) {
        BenchJob.Config config = settings.bind("bench", BenchJob.Config.class);
        return Derived.defaults(List.of("model.l-max=" + Math.addExact(config.length(), config.tokens())));
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
                .put("prompt_seconds", shown(found.promptSeconds()))
                .put("seconds", shown(seconds))
                .put("tokens_per_second", shown(config.tokens() / seconds))
                .put("naive_positions", found.naivePositions())
                .put("naive_seconds", shown(found.naiveSeconds()))
                .put("speedup", shown(found.speedup()));
        var runTokens = json.putArray("run_tokens");
        var runSeconds = json.putArray("run_seconds");
        found.runs().forEach(run -> {
            runTokens.add(run.tokens());
            runSeconds.add(shown(run.cpu().median()));
        });
        console.result(json);
    }
}
