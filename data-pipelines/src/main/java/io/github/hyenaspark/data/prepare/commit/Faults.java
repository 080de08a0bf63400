package io.github.hyenaspark.data.prepare.commit;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is wrong with objects of a list: how many are damaged, and a sentence for each of the first {@link #MOST} of
 * them. Added up in any order it is the same, so tasks may find them in any order.
 */
public record Faults(long count, List<Fault> first) implements Serializable {
    /** Sentences that are kept: a dataset whose folder was emptied has a million. */
    public static final int MOST = 1000;

    public static final Faults NONE = new Faults(0, List.of());

    /** What is wrong with the object of this index in the list. */
    public record Fault(int object, String sentence) implements Serializable {}

    public Faults {
        first = Collections.unmodifiableList(new ArrayList<>(first));
    }

    /** What was found, if anything, of objects from an index in the list on. */
    public static Faults of(int first, List<Optional<String>> found) {
        List<Fault> all = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            int object = first + i;
            found.get(i).ifPresent(sentence -> all.add(new Fault(object, sentence)));
        }
        return NONE.plus(new Faults(all.size(), all));
    }

    public Faults plus(Faults other) {
        List<Fault> both = Stream.concat(first.stream(), other.first.stream())
                .sorted(Comparator.comparingInt(Fault::object))
                .limit(MOST)
                .toList();
        return new Faults(count + other.count, both);
    }

    /** The sentences in the order of the objects, and if some are left out, one that says how many. */
    public List<String> sentences() {
        List<String> sentences =
                new ArrayList<>(first.stream().map(Fault::sentence).toList());
        if (count > first.size()) {
            sentences.add("... and " + (count - first.size()) + " more objects are damaged");
        }
        return sentences;
    }
}
