/**
 * Learns byte-level BPE: words are counted, then the most frequent pair of neighbors is merged again and again. Start
 * at {@link BpeTrainer}.
 */
@NullMarked
package io.github.hyenaspark.data.token.train;

import org.jspecify.annotations.NullMarked;
