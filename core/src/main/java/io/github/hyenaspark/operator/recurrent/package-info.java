/**
 * RNN, LSTM and GRU as mixers, with PyTorch's formulas. The input's products are computed for all steps at once, those
 * of the hidden state step by step. Start at {@link RecurrentMixer}.
 */
@NullMarked
package io.github.hyenaspark.operator.recurrent;

import org.jspecify.annotations.NullMarked;
