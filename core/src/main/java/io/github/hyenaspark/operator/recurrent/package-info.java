/** RNN, LSTM and GRU as mixers, with PyTorch's formulas. Start at {@link RecurrentMixer}. */
@NullMarked
package io.github.hyenaspark.operator.recurrent;

import org.jspecify.annotations.NullMarked;
