/** Everything that touches Spark: the session, serialisation, and what runs on executors. Start at AveragingDriver. */
@NullMarked
package io.github.hyenaspark.jobs.spark;

import org.jspecify.annotations.NullMarked;
