package io.github.hyenaspark.jobs.spark.prepare;

/**
 * What the driver learns of a work unit that was prepared; its record is in the dataset.
 *
 * @param name the unit's name
 * @param documents documents in it
 */
public record UnitDone(String name, long documents) {}
