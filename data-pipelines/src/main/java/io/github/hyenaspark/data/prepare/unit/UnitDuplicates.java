package io.github.hyenaspark.data.prepare.unit;

import io.github.hyenaspark.data.shard.ObjectFacts;

/**
 * The duplicates of one unit.
 *
 * @param unit its name
 * @param list where they are listed
 * @param exact how many are equal to an earlier document
 * @param near how many are nearly equal to one
 */
public record UnitDuplicates(String unit, ObjectFacts list, long exact, long near) {}
