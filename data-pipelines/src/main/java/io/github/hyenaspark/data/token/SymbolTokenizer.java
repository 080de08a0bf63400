package io.github.hyenaspark.data.token;

import io.github.hyenaspark.data.token.Tokenizer.MalformedTextException;
import io.github.hyenaspark.io.Refusal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringTokenizer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One id per word of a small vocabulary, for the synthetic tasks that compare operators. Of V symbols V−2 are the
 * numbers 0 to V−3 and two are signs, {@code .} and {@code =>}; ids are those of safari's tasks, in the order of the
 * symbols as strings but with the signs at the ends, and V ends a document. ListOps has symbols of its own. Symbols are
 * separated by a space.
 */
public final class SymbolTokenizer extends DescribedTokenizer {
    public static final String QUERY = "=>";

    public static final String STOP = ".";

    /** Begins the symbol of an operator of ListOps, as {@code [MAX}. */
    public static final String OPEN = "[";

    public static final String CLOSE = "]";

    private static final String PREFIX = "symbols-";
    private static final String LISTOPS = PREFIX + "listops";
    private static final int SIGNS = 2;
    private static final int FEWEST = 4;
    private static final int MOST = 1 << 16;

    private final List<String> symbols;
    private final String inWords;
    private final Map<String, Integer> ids = new HashMap<>();

    private SymbolTokenizer(String name, List<String> symbols, String inWords) {
        super(name, description(name, symbols), symbols.size() + 1, symbols.size());
        this.symbols = symbols;
        this.inWords = inWords;
        symbols.forEach(symbol -> ids.put(symbol, ids.size()));
    }

    private static String description(String name, List<String> symbols) {
        return "tokenizer=" + name + "\nid=" + String.join(" ", symbols) + "\nend-of-document=" + symbols.size()
                + "\ntext=symbols with a space between two\n";
    }

    public static SymbolTokenizer ofSize(int size) {
        boolean fits = size >= FEWEST && size <= MOST;
        Refusal.unless(fits, "a vocabulary of symbols", size, "from " + FEWEST + " to " + MOST);
        Stream<String> numbers =
                IntStream.range(0, size - SIGNS).mapToObj(Integer::toString).sorted();
        return new SymbolTokenizer(
                PREFIX + size,
                Stream.of(Stream.of(STOP), numbers, Stream.of(QUERY))
                        .flatMap(part -> part)
                        .toList(),
                "the numbers 0 to " + (size - SIGNS - 1) + ", " + STOP + " and " + QUERY);
    }

    /** The ten digits, the four operators, what closes them, and {@code =>}. */
    public static SymbolTokenizer listOps() {
        List<String> symbols =
                List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "[MAX", "[MED", "[MIN", "[SM", CLOSE, QUERY);
        return new SymbolTokenizer(LISTOPS, symbols, String.join(" ", symbols));
    }

    /** Whether this is the name of such a tokenizer, {@code symbols-V} or {@code symbols-listops}. */
    public static boolean isNameOf(String name) {
        return name.equals(LISTOPS) || name.matches(PREFIX + "[0-9]{1,5}");
    }

    static SymbolTokenizer of(String name) {
        return name.equals(LISTOPS) ? listOps() : ofSize(Integer.parseInt(name.substring(PREFIX.length())));
    }

    /** All symbols by their ids. */
    public List<String> symbols() {
        return symbols;
    }

    @Override
    public long encode(InputStream text, TokenSink sink) throws IOException {
        var word = new ByteArrayOutputStream();
        long length = encodeBlocks(text, sink, (bytes, count, found, offset) -> {
            int words = 0;
            for (int i = 0; i < count; i++) {
                if (bytes[i] == ' ') {
                    found[words++] = id(word, offset + i);
                } else {
                    word.write(bytes[i]);
                }
            }
            return words;
        });
        if (word.size() > 0) {
            sink.accept(new int[] {id(word, length)}, 1);
        }
        return 0;
    }

    private int id(ByteArrayOutputStream word, long end) throws MalformedTextException {
        String symbol = word.toString(StandardCharsets.UTF_8);
        Integer id = ids.get(symbol);
        if (id == null) {
            throw new MalformedTextException(end - word.size(), refusal(symbol));
        }
        word.reset();
        return id;
    }

    @Override
    public int[] encode(byte[] text) {
        var words = new StringTokenizer(new String(text, StandardCharsets.UTF_8));
        int[] found = new int[words.countTokens()];
        for (int i = 0; i < found.length; i++) {
            String symbol = words.nextToken();
            Integer id = ids.get(symbol);
            if (id == null) {
                throw new IllegalArgumentException(refusal(symbol));
            }
            found[i] = id;
        }
        return found;
    }

    private String refusal(String found) {
        return "\"" + found + "\" is not one of the " + symbols.size() + " symbols: " + inWords;
    }

    @Override
    public byte[] decode(int[] tokens) {
        return IntStream.of(tokens)
                .peek(id -> ByteTokenizer.checkId(id, vocabularySize()))
                .filter(id -> id != endOfDocument())
                .mapToObj(symbols::get)
                .collect(Collectors.joining(" "))
                .getBytes(StandardCharsets.UTF_8);
    }
}
