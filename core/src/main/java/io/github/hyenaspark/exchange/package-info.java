/** Models in the forms of other programs: safari in PyTorch, and Deeplearning4j. Start at {@link SafariTensors}. */
@NullMarked
package io.github.hyenaspark.exchange;

import org.jspecify.annotations.NullMarked;
