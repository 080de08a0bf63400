/**
 * What there is to do for an input: files listed once, compared with the last snapshot, and cut into work units. Start
 * at {@link InputPlan}.
 */
@NullMarked
package io.github.hyenaspark.data.prepare.plan;

import org.jspecify.annotations.NullMarked;
