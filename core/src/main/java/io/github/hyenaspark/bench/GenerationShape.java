package io.github.hyenaspark.bench;

import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.train.config.SettingCheck;

/**
 * What a {@link GenerationBenchmark} measures.
 *
 * @param model the architecture
 * @param vocabularySize V, before padding
 * @param prompt tokens that are given
 * @param tokens that are generated
 */
public record GenerationShape(ModelConfig model, int vocabularySize, int prompt, int tokens) {
    public GenerationShape {
        SettingCheck.atLeast("vocab", vocabularySize, 1);
        SettingCheck.atLeast("length", prompt, 1);
        SettingCheck.atLeast("tokens", tokens, 1);
        model.checkLength(Math.addExact(prompt, tokens));
    }
}
