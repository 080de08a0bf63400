package io.github.hyenaspark.data.document.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.hyenaspark.data.document.DocumentReader.BadDocumentException;
import io.github.hyenaspark.data.document.stream.ByteSlice;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One JSON object on one line, checked strictly by RFC 8259 while it is skipped. It stops at the text, which its caller
 * reads as a {@link JsonString}; wanted fields are kept wherever they stand.
 */
final class JsonLine {
    private static final int LONGEST_VALUE = 1 << 16;
    private static final int DEEPEST = 512;
    private static final int SCRATCH = 1 << 13;
    private static final int NOTHING = -1;
    private static final int TEXT = 0;
    private static final int NONE = -1;
    private static final int FOUND = 8;
    private static final int NAMED = 32; // bytes of a field's name
    private static final String NO_VALUE =
            "expected a value: a text in quotes, a number, true, false, null, an object or an array";

    private final ByteSlice blocks;
    private final List<String> names; // of the wanted fields, the text first
    private final Set<Integer> seen = new HashSet<>();
    private final List<String> found = new ArrayList<>(); // the first fields of a line, or how their names begin
    private final Map<String, String> values = new HashMap<>();
    private final JsonString string;
    private final byte[] key;
    private final byte[] scratch = new byte[SCRATCH];
    private final ByteArrayOutputStream value = new ByteArrayOutputStream();
    private int kept = NONE; // the field whose value is being passed

    JsonLine(ByteSlice blocks, List<String> names) {
        this.blocks = blocks;
        this.names = names;
        this.string = new JsonString(blocks);
        int longest = names.stream()
                .mapToInt(name -> name.getBytes(UTF_8).length)
                .max()
                .orElse(0);
        this.key = new byte[Math.max(NAMED, longest + 1)]; // enough to tell any key from the wanted ones
    }

    /** Moves to the text; refuses a line that is malformed so far or has none. */
    JsonString begin() throws IOException {
        long start = blocks.position();
        seen.clear();
        found.clear();
        values.clear();
        kept = NONE;
        expect('{', "an object");
        if (isNext('}') || !membersUpToText()) {
            throw blocks.bad(
                    start,
                    "the line has no field \"" + names.get(TEXT) + "\" (data.source.text-field), found " + found,
                    JsonString.NEXT_LINE);
        }
        return string;
    }

    /** Skips the rest of the line after the text. */
    void finish() throws IOException {
        if (isOneMore()) {
            membersUpToText();
        }
        if (peek() != NOTHING) {
            throw bad("something follows the object on its line");
        }
        blocks.skipLine();
    }

    /** Skips members from a key on; true at the text, false after the object's end. */
    private boolean membersUpToText() throws IOException {
        do {
            int field = key();
            expect(':', "a colon after the name of a field");
            if (field == TEXT) {
                if (!isNext('"')) {
                    long at = blocks.position();
                    passValue(1); // refuses what is no value at all
                    throw blocks.bad(at, "the field \"" + names.get(field) + "\" is not a text", JsonString.NEXT_LINE);
                }
                string.begin();
                return true;
            }
            keptValue(field);
        } while (isOneMore());
        return false;
    }

    private int key() throws IOException {
        expect('"', "the name of a field in quotes");
        string.begin();
        int length = Math.max(0, string.read(key, 0, key.length));
        passString();
        String name = new String(key, 0, length, UTF_8);
        int field = names.indexOf(name);
        if (found.size() < FOUND) {
            found.add(name);
        }
        if (field != NONE && !seen.add(field)) {
            throw bad("the field \"" + names.get(field) + "\" occurs twice");
        }
        return field;
    }

    private void keptValue(int field) throws IOException {
        kept = field;
        value.reset();
        int first = peek();
        if (field != NONE && (first == '{' || first == '[')) {
            throw bad("the field \"" + names.get(field) + "\" is an object or array, expected a single value");
        }
        passValue(1);
        if (field != NONE && first != 'n') {
            values.put(names.get(field), value.toString(UTF_8));
        }
        kept = NONE;
    }

    private void passValue(int depth) throws IOException {
        int first = peek();
        switch (first) {
            case '"' -> {
                blocks.at++;
                string.begin();
                passString();
            }
            case '{' -> passObject(depth);
            case '[' -> passArray(depth);
            case 't' -> passWord("true");
            case 'f' -> passWord("false");
            case 'n' -> passWord("null");
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> passNumber();
            default -> throw bad(NO_VALUE);
        }
    }

    private void passObject(int depth) throws IOException {
        checkDepth(depth);
        blocks.at++;
        if (isNext('}')) {
            return;
        }
        do {
            expect('"', "the name of a field in quotes");
            string.begin();
            passString();
            expect(':', "a colon after the name of a field");
            passValue(depth + 1);
        } while (isOneMore());
    }

    private void passArray(int depth) throws IOException {
        checkDepth(depth);
        blocks.at++;
        if (isNext(']')) {
            return;
        }
        do {
            passValue(depth + 1);
        } while (isNext(','));
        expect(']', "a comma or the end of an array");
    }

    private void checkDepth(int depth) throws IOException {
        if (depth > DEEPEST) {
            throw bad("values are nested more than " + DEEPEST + " deep");
        }
    }

    private void passString() throws IOException {
        for (int got = string.read(scratch, 0, SCRATCH); got >= 0; got = string.read(scratch, 0, SCRATCH)) {
            keep(scratch, got);
        }
    }

    private void passWord(String word) throws IOException {
        for (int i = 0; i < word.length(); i++) {
            if (current() != word.charAt(i)) {
                throw bad(NO_VALUE);
            }
            take();
        }
    }

    private void passNumber() throws IOException {
        takeAny("-");
        if (!takeAny("0")) {
            takeDigits();
        }
        if (takeAny(".")) {
            takeDigits();
        }
        if (takeAny("eE")) {
            takeAny("+-");
            takeDigits();
        }
    }

    private boolean takeAny(String characters) throws IOException {
        boolean found = characters.indexOf(current()) >= 0;
        if (found) {
            take();
        }
        return found;
    }

    private void takeDigits() throws IOException {
        if (!isDigit(current())) {
            throw bad("expected a digit of a number");
        }
        while (isDigit(current())) {
            take();
        }
    }

    private static boolean isDigit(int character) {
        return character >= '0' && character <= '9';
    }

    private void take() throws IOException {
        scratch[0] = blocks.bytes[blocks.at];
        keep(scratch, 1);
        blocks.at++;
    }

    private void keep(byte[] from, int count) throws IOException {
        if (kept != NONE) {
            if (value.size() + count > LONGEST_VALUE) {
                throw bad("the field \"" + names.get(kept) + "\" is longer than " + LONGEST_VALUE + " bytes");
            }
            value.write(from, 0, count);
        }
    }

    private boolean isOneMore() throws IOException {
        if (isNext(',')) {
            return true;
        }
        expect('}', "a comma or the end of the object");
        return false;
    }

    private boolean isNext(char wanted) throws IOException {
        if (peek() != wanted) {
            return false;
        }
        blocks.at++;
        return true;
    }

    private void expect(char wanted, String meaning) throws IOException {
        if (!isNext(wanted)) {
            throw bad("expected " + meaning);
        }
    }

    /** The next byte that is not a space; NOTHING at the end of the line. */
    private int peek() throws IOException {
        int next = current();
        while (next == ' ' || next == '\t' || next == '\r') {
            blocks.at++;
            next = current();
        }
        return next;
    }

    private int current() throws IOException {
        if (!blocks.more() || blocks.bytes[blocks.at] == '\n') {
            return NOTHING;
        }
        return blocks.bytes[blocks.at] & 0xFF;
    }

    private BadDocumentException bad(String reason) throws IOException {
        boolean ended = current() == NOTHING;
        return blocks.bad(reason + (ended ? ", but the line ends" : ""), JsonString.NEXT_LINE);
    }

    /** A wanted field of the last object, if it had a value. */
    Optional<String> value(String name) {
        return Optional.ofNullable(values.get(name));
    }
}
