/**
 * Publishes finished units as one snapshot by creating one file exclusively; the lease, the report, verification and
 * vacuum belong to it. Start at {@link SnapshotCommit}.
 */
@NullMarked
package io.github.hyenaspark.data.prepare.commit;

import org.jspecify.annotations.NullMarked;
