package io.github.hyenaspark.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigValue;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Binds sections to records with Jackson, whose errors become messages with the key and where it was set. */
record RecordBinding(ConfigObject root, ObjectNode tree) {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(new KeyNames())
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(DeserializationFeature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
            .addModule(new SimpleModule("settings")
                    .addDeserializer(double.class, new FiniteNumbers())
                    .addDeserializer(Double.class, new FiniteNumbers())
                    .setDeserializerModifier(new EnumNames()))
            .build();

    private static final Set<Class<?>> WHOLE = Set.of(int.class, long.class, Integer.class, Long.class);
    private static final Set<Class<?>> REAL = Set.of(double.class, float.class, Double.class, Float.class);
    private static final Set<Class<?>> FLAG = Set.of(boolean.class, Boolean.class);

    /** Component {@code case_}, whose name Java would not take without the line, is key {@code case}. */
    private static final class KeyNames extends PropertyNamingStrategies.KebabCaseStrategy {
        private static final long serialVersionUID = 1;

        @Override
        public String translate(String component) {
            return super.translate(component.replaceFirst("_$", ""));
        }
    }

    <T> T bind(String section, Class<T> record) {
        JsonNode node = tree.get(section);
        if (node == null) {
            throw new IllegalArgumentException(
                    "there is no section " + section + SettingNames.suggestion(section, root.keySet(), "")
                            + "; known sections: " + new TreeSet<>(root.keySet()));
        }
        if (!node.isObject()) {
            throw new IllegalArgumentException(section + " is a section, but found it set to " + node
                    + place(List.of(new JsonMappingException.Reference(root, section)))
                    + "; set its keys, as in " + section + ".KEY=VALUE");
        }
        try {
            return MAPPER.treeToValue(node, record);
        } catch (JsonMappingException e) {
            e.prependPath(root, section);
            throw new IllegalArgumentException(message(e), e);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot use section " + section + ": " + e.getOriginalMessage(), e);
        }
    }

    private String message(JsonMappingException e) {
        if (e instanceof UnrecognizedPropertyException unknown) {
            return unknown(unknown);
        }
        if (e instanceof ValueInstantiationException refused
                && refused.getCause() instanceof IllegalArgumentException cause) {
            return refused(refused, String.valueOf(cause.getMessage()));
        }
        String key = key(e.getPath());
        Optional<ConfigValue> value = value(e.getPath());
        if (value.isEmpty()) {
            return "missing key " + key + "; set it in a file of settings or as the argument " + key + "=VALUE";
        }
        String found = value.get().unwrapped() == null
                ? "no value"
                : value.get().unwrapped() instanceof String text
                        ? "\"" + text + "\""
                        : value.get().unwrapped() + "";
        String expected = target(e)
                .map(type -> expectation(type) + (isWhole(found) ? range(type) : ""))
                .orElseGet(e::getOriginalMessage);
        return "wrong value of " + key + place(e.getPath()) + ": found " + found + ", expected " + expected;
    }

    private static boolean isWhole(String found) {
        return found.matches("\"?[-+]?\\d+\"?");
    }

    /** What a whole number must lie in, where one is expected. */
    private static String range(Class<?> type) {
        if (!WHOLE.contains(type)) {
            return "";
        }
        return type == int.class || type == Integer.class
                ? " from " + Integer.MIN_VALUE + " to " + Integer.MAX_VALUE
                : " from " + Long.MIN_VALUE + " to " + Long.MAX_VALUE;
    }

    private static Optional<Class<?>> target(JsonMappingException e) {
        if (e instanceof MismatchedInputException mismatch) {
            return Optional.ofNullable(mismatch.getTargetType());
        }
        return e.getCause() instanceof InputCoercionException outside
                ? Optional.ofNullable(outside.getTargetType())
                : Optional.empty();
    }

    private String unknown(UnrecognizedPropertyException e) {
        List<JsonMappingException.Reference> path = e.getPath();
        String section = key(path.subList(0, path.size() - 1));
        TreeSet<String> known = new TreeSet<>();
        e.getKnownPropertyIds().forEach(name -> known.add(String.valueOf(name)));
        return "unknown key " + key(path) + place(path)
                + SettingNames.suggestion(e.getPropertyName(), known, section + ".") + "; known keys of " + section
                + ": " + known;
    }

    /**
     * A record names its keys in messages: the first key that it mentions tells where the error is. A message that
     * begins with a key, "KEY: found ...", needs the section before it and nothing else.
     */
    private String refused(ValueInstantiationException e, String problem) {
        String section = key(e.getPath());
        List<String> names = MAPPER.getDeserializationConfig().introspect(e.getType()).findProperties().stream()
                .map(BeanPropertyDefinition::getName)
                .toList();
        boolean begins = names.stream().anyMatch(name -> problem.startsWith(name + ": "));
        String place = names.stream()
                .filter(name -> Pattern.compile("(?<![\\w-])" + Pattern.quote(name) + "(?![\\w-])")
                        .matcher(problem)
                        .find())
                .findFirst()
                .flatMap(name -> value(e.getPath())
                        .filter(ConfigObject.class::isInstance)
                        .map(object -> ((ConfigObject) object).get(name)))
                .map(RecordBinding::place)
                .orElse("");
        return (begins ? section + "." : "wrong settings in section " + section + ": ") + problem + place;
    }

    private String place(List<JsonMappingException.Reference> path) {
        return value(path).map(RecordBinding::place).orElse("");
    }

    /** Where a value was set: " (FILE line N)" or " (argument KEY=VALUE)". */
    static String place(ConfigValue value) {
        ConfigOrigin origin = value.origin();
        if (origin.filename() != null && origin.lineNumber() > 0) {
            return " (" + origin.filename() + " line " + origin.lineNumber() + ")";
        }
        String description = origin.description();
        if (description.startsWith(Settings.DEFAULTS)) {
            return ""; // users have no such file
        }
        // The library counts lines inside a list or object in an argument, too.
        return " (" + (description.startsWith("argument ") ? description.replaceFirst(": 1$", "") : description) + ")";
    }

    private static String expectation(Class<?> type) {
        if (WHOLE.contains(type)) {
            return "a whole number";
        }
        if (REAL.contains(type)) {
            return "a number";
        }
        if (FLAG.contains(type)) {
            return "true or false";
        }
        if (type.isEnum()) {
            return "one of "
                    + Arrays.stream(type.getEnumConstants())
                            .map(constant -> SettingNames.of((Enum<?>) constant))
                            .toList();
        }
        if (Collection.class.isAssignableFrom(type)) {
            return "a list, as in [A, B]";
        }
        return type.isRecord() ? "a section, as in { KEY = VALUE }" : "text";
    }

    private Optional<ConfigValue> value(List<JsonMappingException.Reference> path) {
        Optional<ConfigValue> value = Optional.of(root);
        for (JsonMappingException.Reference step : path) {
            value = value.flatMap(parent -> child(parent, step));
        }
        return value;
    }

    private static Optional<ConfigValue> child(ConfigValue parent, JsonMappingException.Reference step) {
        if (step.getFieldName() == null && !(parent instanceof ConfigList)) {
            return Optional.of(parent); // a list of one element, without brackets
        }
        if (parent instanceof ConfigObject object) {
            return Optional.ofNullable(object.get(step.getFieldName()));
        }
        return parent instanceof ConfigList list && step.getIndex() >= 0 && step.getIndex() < list.size()
                ? Optional.of(list.get(step.getIndex()))
                : Optional.empty();
    }

    private static String key(List<JsonMappingException.Reference> path) {
        StringBuilder key = new StringBuilder();
        for (JsonMappingException.Reference step : path) {
            if (step.getFieldName() == null) {
                key.append('[').append(step.getIndex()).append(']');
            } else {
                key.append(key.isEmpty() ? "" : ".").append(step.getFieldName());
            }
        }
        return key.toString();
    }

    /** Floating-point numbers; unlike Jackson's own, refuses NaN and infinity. */
    private static final class FiniteNumbers extends StdDeserializer<Double> {
        private static final long serialVersionUID = 1L;

        FiniteNumbers() {
            super(double.class);
        }

        @Override
        public Double deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            JsonToken token = parser.currentToken();
            if (token.isNumeric() || token == JsonToken.VALUE_STRING) {
                try {
                    double number = new BigDecimal(parser.getText()).doubleValue();
                    if (Double.isFinite(number)) {
                        return number;
                    }
                } catch (NumberFormatException e) {
                    return (Double)
                            context.handleWeirdStringValue(double.class, parser.getText(), "%s", e.getMessage());
                }
            }
            return (Double) context.handleUnexpectedToken(double.class, parser);
        }
    }

    /** Enum constants by the names that settings give them. */
    private static final class EnumNames extends BeanDeserializerModifier {
        private static final long serialVersionUID = 1L;

        @Override
        public JsonDeserializer<?> modifyEnumDeserializer(
                DeserializationConfig config, JavaType type, BeanDescription bean, JsonDeserializer<?> usual) {
            Class<?> constants = type.getRawClass();
            return new StdDeserializer<Enum<?>>(constants) {
                private static final long serialVersionUID = 1L;

                @Override
                public Enum<?> deserialize(JsonParser parser, DeserializationContext context) throws IOException {
                    if (parser.hasToken(JsonToken.VALUE_STRING)) {
                        for (Object constant : constants.getEnumConstants()) {
                            if (SettingNames.of((Enum<?>) constant).equals(parser.getText())) {
                                return (Enum<?>) constant;
                            }
                        }
                    }
                    return (Enum<?>) context.handleUnexpectedToken(constants, parser);
                }
            };
        }
    }
}
