package io.github.hyenaspark.data.document;

import io.github.hyenaspark.data.document.InputFile.Slice;
import java.io.ByteArrayOutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * Slices of files in some forty bytes each instead of four hundred, because whoever plans holds those of all new files,
 * which may be millions. Immutable. Of a URI only what differs from the one before is held, of a time of change the
 * difference; whole numbers have seven bits a byte, the lowest first, and a bit that says whether another byte follows.
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content below; only this class sees it
public record PackedSlices(int count, byte[] bytes) implements Serializable {
    private static final int NUMBER_BITS = 7;
    private static final int MORE = 1 << NUMBER_BITS;
    private static final HexFormat HEX = HexFormat.of();

    public static PackedSlices of(List<Slice> slices) {
        var packed = new ByteArrayOutputStream();
        byte[] uriBefore = {};
        long modifiedBefore = 0;
        for (Slice slice : slices) {
            InputFile file = slice.file();
            byte[] uri = file.uri().getBytes(StandardCharsets.UTF_8);
            int same = Arrays.mismatch(uriBefore, uri);
            same = same < 0 ? uri.length : same;
            put(packed, same);
            put(packed, uri.length - same);
            packed.write(uri, same, uri.length - same);
            put(packed, file.path().length());
            put(packed, file.bytes());
            long later = file.modifiedMillis() - modifiedBefore;
            put(packed, (later << 1) ^ (later >> (Long.SIZE - 1))); // small ones of either sign become small
            putEtag(packed, file.etag());
            put(packed, slice.from());
            put(packed, file.bytes() - slice.to());
            uriBefore = uri;
            modifiedBefore = file.modifiedMillis();
        }
        return new PackedSlices(slices.size(), packed.toByteArray());
    }

    public List<Slice> list() {
        List<Slice> slices = new ArrayList<>(count);
        ByteBuffer packed = ByteBuffer.wrap(bytes);
        byte[] uriBefore = {};
        long modified = 0;
        while (packed.hasRemaining()) {
            int same = (int) number(packed);
            byte[] uriBytes = Arrays.copyOf(uriBefore, same + (int) number(packed));
            packed.get(uriBytes, same, uriBytes.length - same);
            String uri = new String(uriBytes, StandardCharsets.UTF_8);
            String path = uri.substring(uri.length() - (int) number(packed));
            long length = number(packed);
            long later = number(packed);
            modified += (later >>> 1) ^ -(later & 1);
            var file = new InputFile(path, uri, length, modified, etag(packed));
            long from = number(packed);
            slices.add(new Slice(file, from, length - number(packed)));
            uriBefore = uriBytes;
        }
        return slices;
    }

    /** Most stores give the bytes of a hash in hexadecimal digits. */
    private static void putEtag(ByteArrayOutputStream packed, String etag) {
        boolean hash = etag.length() % 2 == 0 && etag.chars().allMatch(PackedSlices::isDigit);
        byte[] content = hash ? HEX.parseHex(etag) : etag.getBytes(StandardCharsets.UTF_8);
        put(packed, (long) content.length << 1 | (hash ? 1 : 0));
        packed.writeBytes(content);
    }

    private static String etag(ByteBuffer packed) {
        long header = number(packed);
        byte[] content = new byte[(int) (header >>> 1)];
        packed.get(content);
        return (header & 1) == 1 ? HEX.formatHex(content) : new String(content, StandardCharsets.UTF_8);
    }

    private static boolean isDigit(int character) {
        return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'f');
    }

    private static void put(ByteArrayOutputStream packed, long number) {
        long rest = number;
        while ((rest & -MORE) != 0) {
            packed.write((int) (rest | MORE));
            rest >>>= NUMBER_BITS;
        }
        packed.write((int) rest);
    }

    private static long number(ByteBuffer packed) {
        long number = 0;
        int shift = 0;
        byte next;
        do {
            next = packed.get();
            number |= (long) (next & MORE - 1) << shift;
            shift += NUMBER_BITS;
        } while (next < 0);
        return number;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PackedSlices slices && Arrays.equals(bytes, slices.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return list().toString();
    }
}
