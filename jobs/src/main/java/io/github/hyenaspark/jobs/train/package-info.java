/** The command {@code train}: starts a run or resumes it, whichever its directory says. Start at {@link TrainJob}. */
@NullMarked
package io.github.hyenaspark.jobs.train;

import org.jspecify.annotations.NullMarked;
