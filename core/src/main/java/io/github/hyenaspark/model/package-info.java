/**
 * The language model: its configuration, its graph, its batches and the text it makes. A model is one DL4J graph whose
 * parameters are one vector, with a table that names its parts. Start at {@link HyenaLanguageModel}.
 */
@NullMarked
package io.github.hyenaspark.model;

import org.jspecify.annotations.NullMarked;
