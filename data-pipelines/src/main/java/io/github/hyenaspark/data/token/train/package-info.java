/** Learns byte-level BPE from word counts. Start at {@link BpeTrainer}. */
@NullMarked
package io.github.hyenaspark.data.token.train;

import org.jspecify.annotations.NullMarked;
