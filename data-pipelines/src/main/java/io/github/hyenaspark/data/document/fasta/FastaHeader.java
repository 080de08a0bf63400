package io.github.hyenaspark.data.document.fasta;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * The header line of a FASTA record.
 *
 * @param id its first word
 * @param description what follows, without the spaces around it
 */
record FastaHeader(String id, String description) {
    static final String ID = "id";
    static final String DESCRIPTION = "description";

    /**
     * From a line without its {@code >} and its end.
     *
     * @throws CharacterCodingException if it is not UTF-8
     */
    static FastaHeader parse(byte[] line) throws CharacterCodingException {
        String text = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(line))
                .toString()
                .stripTrailing();
        int end = 0;
        while (end < text.length() && text.charAt(end) != ' ' && text.charAt(end) != '\t') {
            end++;
        }
        return new FastaHeader(text.substring(0, end), text.substring(end).strip());
    }
}
