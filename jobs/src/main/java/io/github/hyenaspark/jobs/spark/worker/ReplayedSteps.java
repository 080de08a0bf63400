package io.github.hyenaspark.jobs.spark.worker;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.report.journal.Journal;
import io.github.hyenaspark.jobs.spark.worker.AveragingTask.StepLimit;
import io.github.hyenaspark.train.config.TrainConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * How many local steps every worker did in each round, from 1 as the journal counts, of a run that ended its rounds by
 * deadline, so that it can be done again bit for bit: one number per worker, 0 if its result did not count. Empty if
 * nothing is done again.
 */
public record ReplayedSteps(Map<Long, List<Integer>> stepsOfRounds) {
    public ReplayedSteps {
        stepsOfRounds = Collections.unmodifiableMap(new TreeMap<>(stepsOfRounds));
    }

    public static ReplayedSteps none() {
        return new ReplayedSteps(Map.of());
    }

    /** Those of a run by its {@code journal.jsonl}; none if blank. Throws if it is no journal or has no round. */
    public static ReplayedSteps read(Storage storage, String journal) throws IOException {
        Map<Long, List<Integer>> steps = new TreeMap<>();
        if (journal.isBlank()) {
            return none();
        }
        for (String part : Journal.parts(storage, journal)) {
            byte[] text = Refusal.unlessMissing(
                    "run.replay", "the journal.jsonl of the run to do again", () -> storage.read(part));
            for (String line : new String(text, StandardCharsets.UTF_8).lines().toList()) {
                JsonNode entry = Json.parse(part, line.getBytes(StandardCharsets.UTF_8));
                List<Integer> ofWorkers = new ArrayList<>();
                for (JsonNode count : Json.elements(entry, part, "worker_steps")) {
                    ofWorkers.add(count.intValue());
                }
                steps.put(Json.wholeNumber(entry, part, "round"), List.copyOf(ofWorkers));
            }
        }
        Refusal.unless(
                !steps.isEmpty(), "run.replay", journal + " without a round", "the journal of the run to do again");
        return new ReplayedSteps(steps);
    }

    public boolean isSet() {
        return !stepsOfRounds.isEmpty();
    }

    /** What limits the steps of a round, counted from 0. */
    public StepLimit limit(TrainConfig train, long round) {
        if (isSet()) {
            return new StepLimit.Counts(of(train, round));
        }
        return train.mode() == TrainConfig.RoundMode.DEADLINE
                ? new StepLimit.Time((long) (train.deadline().seconds() * TimeUnit.SECONDS.toNanos(1)))
                : new StepLimit.None();
    }

    /** The workers whose results are needed in a round. */
    public List<Integer> workers(TrainConfig train, long round) {
        return IntStream.range(0, train.workers())
                .filter(worker -> !isSet() || of(train, round).get(worker) > 0)
                .boxed()
                .toList();
    }

    private List<Integer> of(TrainConfig train, long round) {
        List<Integer> steps = stepsOfRounds.getOrDefault(round + 1, List.of());
        if (steps.size() != train.workers()) {
            throw new IllegalArgumentException("run.replay: found " + steps.size() + " workers in round " + (round + 1)
                    + " of the journal, expected the steps of " + train.workers());
        }
        return steps;
    }
}
