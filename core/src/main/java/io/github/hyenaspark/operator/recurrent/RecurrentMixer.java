package io.github.hyenaspark.operator.recurrent;

import io.github.hyenaspark.operator.nn.Dense;
import io.github.hyenaspark.operator.nn.DifferentiableModule;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Matrix;
import io.github.hyenaspark.operator.tensor.SharedGradient;
import io.github.hyenaspark.operator.tensor.Tile;

/**
 * A recurrent cell between a product of the input and an output projection: all products but those of the hidden state
 * go through the batch in {@link Tile tiles}, {@link Recurrence} does the rest step by step.
 */
final class RecurrentMixer implements DifferentiableModule<FloatArray> {
    private final RecurrentConfig config;
    private final int width;
    private final int gates;
    private final Recurrence recurrence;
    private final Dense outputProjection;
    private FloatArray input = FloatArray.allocate(0); // the caller's

    RecurrentMixer(RecurrentConfig config) {
        this.config = config;
        width = config.width();
        gates = config.cell().gates * width;
        recurrence = new Recurrence(config);
        outputProjection = Dense.out(width);
    }

    @Override
    public void forward(FloatArray newInput, FloatArray output, ForwardContext<FloatArray> pass) {
        config.checkLength(pass.length());
        input = newInput;
        recurrence.start(pass);
        Matrix weight = Matrix.of(pass.parameter("in.weight"), gates, width);
        Tile.each(
                pass,
                Tile.LENGTH,
                tile -> recurrence.gates(tile).set(tile.of(input, width).t(), weight.t()));
        pass.pool()
                .divide(
                        pass.batchSize(),
                        (member, from, to) ->
                                recurrence.forward(from, to, pass.pool().workspace(member)));
        Dense.Forward projection = outputProjection.new Forward(pass);
        Tile.each(pass, Tile.LENGTH, tile -> projection.run(tile, recurrence.hidden(tile), output));
    }

    @Override
    public void backward(FloatArray outputGradient, FloatArray inputGradient, ForwardContext<FloatArray> pass) {
        recurrence.startBackward(pass);
        Dense.Backward projection = outputProjection
        .new Backward(pass, Tile.LENGTH, recurrence::hidden, tile -> tile.of(outputGradient, width));
        Tile.each(pass, Tile.LENGTH, tile -> projection.run(tile, recurrence.hiddenGradient(tile)));
        projection.finish();
        pass.pool()
                .divide(
                        pass.batchSize(),
                        (member, from, to) ->
                                recurrence.backward(from, to, pass.pool().workspace(member)));
        recurrence.finishBackward();
        Matrix weight = Matrix.of(pass.parameter("in.weight"), gates, width);
        SharedGradient ofHidden = new SharedGradient(pass, "hidden.weight", gates, width);
        for (RecurrentConfig.Cell.HiddenProduct product : config.cell().hiddenProducts()) {
            ofHidden.part(product.gate() * width, product.gates() * width)
                    .add(
                            pass,
                            Tile.LENGTH,
                            tile -> new SharedGradient.Term(
                                    recurrence.slots(tile, product).t(), recurrence.hiddenBefore(tile)));
        }
        new SharedGradient(pass, "in.weight", gates, width)
                .add(
                        pass,
                        Tile.LENGTH,
                        tile -> new SharedGradient.Term(
                                recurrence.gates(tile).t(),
                                tile.of(input, width).t()));
        Tile.each(
                pass,
                Tile.LENGTH,
                tile -> tile.of(inputGradient, width)
                        .set(weight.t(), recurrence.gates(tile).t()));
    }

    void continueSequence() {
        recurrence.continueSequence();
    }
}
