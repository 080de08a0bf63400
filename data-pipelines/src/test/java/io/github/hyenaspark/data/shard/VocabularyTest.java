package io.github.hyenaspark.data.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.CorruptFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VocabularyTest {
    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 11})
    void aVocabularyComesBack(int masked) throws CorruptFileException {
        var vocabulary = new Vocabulary("dna", "f", 12, 1, masked);

        assertThat(Vocabulary.fromJson(vocabulary.toJson(), "x")).isEqualTo(vocabulary);
    }

    @Test
    void whatSaysNothingOfAMaskedIdHasNone() throws CorruptFileException {
        ObjectNode json = new Vocabulary("bytes", "f", 256, 255, 7).toJson();
        json.remove("masked");

        assertThat(Vocabulary.fromJson(json, "x").masked()).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(ints = {-2, 12})
    void aMaskedIdOutsideTheVocabularyIsRefused(int masked) {
        ObjectNode json = new Vocabulary("dna", "f", 12, 1, -1).toJson().put("masked", masked);

        assertThatThrownBy(() -> new Vocabulary("dna", "f", 12, 1, masked))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the masked id must be in [0, V) or -1, found " + masked + " in a vocabulary of 12");
        assertThatThrownBy(() -> Vocabulary.fromJson(json, "x"))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith("x: expected a masked id in [0, vocabulary_size) or -1, found " + masked);
    }
}
