package io.github.hyenaspark.data.document.clean;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Filters texts by their {@link TextStatistics}, with predicates named as their settings and asked in this order:
 * min-bytes, max-bytes, min-letter-fraction, max-digit-fraction, max-control-fraction, max-line-bytes.
 */
public final class DocumentFilter {
    private final List<Rule> rules;

    private DocumentFilter(List<Rule> rules) {
        this.rules = rules;
    }

    public static DocumentFilter of(CleanConfig config) {
        List<Rule> rules = new ArrayList<>();
        if (config.minBytes() > 0) {
            rules.add(new Rule("min-bytes", text -> text.bytes() < config.minBytes()));
        }
        if (config.maxBytes() > 0) {
            rules.add(new Rule("max-bytes", text -> text.bytes() > config.maxBytes()));
        }
        if (config.minLetterFraction() > 0) {
            rules.add(new Rule(
                    "min-letter-fraction", text -> text.fraction(text.letters()) < config.minLetterFraction()));
        }
        if (config.maxDigitFraction() < 1) {
            rules.add(new Rule("max-digit-fraction", text -> text.fraction(text.digits()) > config.maxDigitFraction()));
        }
        if (config.maxControlFraction() < 1) {
            rules.add(new Rule(
                    "max-control-fraction", text -> text.fraction(text.controls()) > config.maxControlFraction()));
        }
        if (config.maxLineBytes() > 0) {
            rules.add(new Rule("max-line-bytes", text -> text.longestLineBytes() > config.maxLineBytes()));
        }
        return new DocumentFilter(List.copyOf(rules));
    }

    public boolean isActive() {
        return !rules.isEmpty();
    }

    /** The name of the first predicate that refuses this text; empty if it stays. */
    public Optional<String> rejected(TextStatistics text) {
        return rules.stream()
                .filter(rule -> rule.refuses().test(text))
                .map(Rule::name)
                .findFirst();
    }

    private record Rule(String name, Predicate<TextStatistics> refuses) {}
}
