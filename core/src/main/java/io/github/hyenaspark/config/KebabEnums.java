package io.github.hyenaspark.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Enums by their names in settings: {@code NOT_THERE} is {@code not-there}. */
final class KebabEnums extends BeanDeserializerModifier {
    private static final long serialVersionUID = 1L;

    KebabEnums() {}

    static List<String> names(Class<?> type) {
        return Arrays.stream(type.getEnumConstants()).map(KebabEnums::name).toList();
    }

    @Override
    public JsonDeserializer<?> modifyEnumDeserializer(
            DeserializationConfig config, JavaType type, BeanDescription description, JsonDeserializer<?> usual) {
        return new ByName(type.getRawClass());
    }

    private static String name(Object constant) {
        return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static final class ByName extends StdDeserializer<Object> {
        private static final long serialVersionUID = 1L;

        ByName(Class<?> type) {
            super(type);
        }

        @Override
        public Object deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            if (parser.currentToken() == JsonToken.VALUE_STRING) {
                String text = parser.getText();
                for (Object constant : handledType().getEnumConstants()) {
                    if (name(constant).equals(text)) {
                        return constant;
                    }
                }
            }
            return context.handleUnexpectedToken(handledType(), parser);
        }
    }
}
