/** Files of named tensors in HuggingFace's format. Start at {@link Safetensors}. */
@NullMarked
package io.github.hyenaspark.io.safetensors;

import org.jspecify.annotations.NullMarked;
