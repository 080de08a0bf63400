/** The language model: its configuration, its graph, its batches and the text it makes. Start at HyenaLanguageModel. */
@NullMarked
package io.github.hyenaspark.model;

import org.jspecify.annotations.NullMarked;
