package io.github.hyenaspark.jobs.inspect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.spark.run.ResumeCompatibility;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What {@code inspect} found, for people: a line for each value, tables for lists, numbers in groups of three, and of a
 * run's settings those that are not the defaults.
 */
final class InspectText {
    private static final String INDENT = "  ";
    private static final String SETTINGS = "settings";

    private final StringBuilder text = new StringBuilder();

    private InspectText() {}

    static String of(ObjectNode found) throws CorruptFileException {
        ObjectNode shown = found.deepCopy();
        if (shown.at("/settings/model").isObject()) {
            ArrayNode settings = Json.array();
            changed(shown.get(SETTINGS)).forEach(settings::add);
            shown.set(SETTINGS, settings);
        }
        var lines = new InspectText();
        lines.object(shown, "");
        return lines.text.toString();
    }

    private static List<String> changed(JsonNode settings) throws CorruptFileException {
        Set<String> defaults = new HashSet<>(
                ResumeCompatibility.arguments(Settings.load(List.of()).render()));
        return ResumeCompatibility.arguments(Json.line(settings)).stream()
                .filter(argument -> !defaults.contains(argument))
                .toList();
    }

    private void object(JsonNode object, String indent) {
        int width = object.properties().stream()
                .filter(field -> field.getValue().isValueNode())
                .mapToInt(field -> field.getKey().length())
                .max()
                .orElse(0);
        object.properties().forEach(field -> {
            JsonNode value = field.getValue();
            if (value.isValueNode()) {
                text.append(indent)
                        .append(padded(field.getKey(), width))
                        .append(INDENT)
                        .append(shown(value))
                        .append('\n');
                return;
            }
            text.append(indent).append(field.getKey()).append('\n');
            if (value.isObject()) {
                object(value, indent + INDENT);
            } else {
                list(value, indent + INDENT);
            }
        });
    }

    private void list(JsonNode list, String indent) {
        if (!list.path(0).isObject()) {
            list.forEach(element -> text.append(indent).append(shown(element)).append('\n'));
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        List<String> names = new ArrayList<>();
        list.get(0).fieldNames().forEachRemaining(names::add);
        rows.add(names);
        list.forEach(element ->
                rows.add(names.stream().map(name -> shown(element.path(name))).toList()));
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder(indent);
            for (int column = 0; column < names.size(); column++) {
                int at = column;
                int width =
                        rows.stream().mapToInt(r -> r.get(at).length()).max().orElse(0);
                line.append(padded(row.get(column), width)).append(INDENT);
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
    }

    private static String shown(JsonNode value) {
        return value.isIntegralNumber() ? String.format(Locale.ROOT, "%,d", value.longValue()) : value.asText();
    }

    private static String padded(String word, int width) {
        return word + " ".repeat(width - word.length());
    }
}
