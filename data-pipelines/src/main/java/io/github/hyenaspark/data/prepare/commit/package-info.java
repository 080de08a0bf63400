/** Publishes finished units as one snapshot, exclusively, and looks after it. Start at {@link SnapshotCommit}. */
@NullMarked
package io.github.hyenaspark.data.prepare.commit;

import org.jspecify.annotations.NullMarked;
