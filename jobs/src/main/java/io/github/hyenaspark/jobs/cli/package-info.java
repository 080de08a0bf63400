/**
 * What all commands share: settings and arguments, the console, exit codes. A result goes to standard output,
 * everything else to standard error. Start at {@link JobCommand}.
 */
@NullMarked
package io.github.hyenaspark.jobs.cli;

import org.jspecify.annotations.NullMarked;
