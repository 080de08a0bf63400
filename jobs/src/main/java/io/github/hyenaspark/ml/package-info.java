/**
 * Stages of Spark ML, for pipelines of Java, Scala and Python: models of documents on columns of text. They follow
 * Spark's conventions, take its names for parameters, and work in any session that has our jars on its class path
 * (estimators, with Kryo, need our registrator). Start at {@link HyenaEmbedder} and {@link HyenaClassifier}.
 */
@NullMarked
package io.github.hyenaspark.ml;

import org.jspecify.annotations.NullMarked;
