package io.github.hyenaspark.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import java.io.IOException;
import java.math.BigDecimal;

/** Numbers with a fraction; unlike Jackson's own, neither NaN nor infinite ones. */
final class FiniteNumbers extends StdDeserializer<Double> {
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
                return (Double) context.handleWeirdStringValue(double.class, parser.getText(), "%s", e.getMessage());
            }
        }
        return (Double) context.handleUnexpectedToken(double.class, parser);
    }
}
