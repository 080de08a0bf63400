/** What there is to do for an input: files listed, compared, and cut into units. Start at {@link InputPlan}. */
@NullMarked
package io.github.hyenaspark.data.prepare.plan;

import org.jspecify.annotations.NullMarked;
