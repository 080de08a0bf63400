package io.github.hyenaspark.jobs.exchange;

/**
 * The section {@code export}.
 *
 * @param output directory of the export; blank if it is not said
 * @param format what the model is written as
 */
record ExportConfig(String output, ExportFormat format) {}
