package io.github.hyenaspark.data.prepare.unit;

import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.DocumentReader;
import io.github.hyenaspark.data.document.DocumentReader.BadDocumentException;
import io.github.hyenaspark.data.document.DocumentReader.BadFileException;
import io.github.hyenaspark.data.document.DocumentStep;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.InputFile.Slice;
import io.github.hyenaspark.data.document.RejectedDocumentException;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.data.document.SourceConfig.WrongColumnException;
import io.github.hyenaspark.data.document.input.DocumentReaders;
import io.github.hyenaspark.data.document.input.DocumentReaders.FileFormat;
import io.github.hyenaspark.data.document.stream.SliceReader.CutException;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.SplitRule;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.shard.ShardWriter;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.UnitTally;
import io.github.hyenaspark.data.shard.table.DocumentRow;
import io.github.hyenaspark.data.shard.table.DocumentTableWriter;
import io.github.hyenaspark.data.shard.table.Quarantine;
import io.github.hyenaspark.data.shard.table.Quarantine.Entry.Kind;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.data.token.Tokenizer.MalformedTextException;
import io.github.hyenaspark.io.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** Collects a unit's output while its documents are read: shards, document table, quarantine, counts. */
public final class UnitOutput implements Closeable {
    private static final int ID_DIGITS = 32;
    /** A split that a BED file may name: reserved for a final measurement, so no dataset holds it. */
    private static final String TEST = "test";

    private final DatasetSpec spec;
    private final Tokenizer tokenizer;
    private final List<DocumentStep> steps;
    private final SplitRule splitRule;
    private final int[] endOfDocument;
    private final UnitTally.Counter tally = new UnitTally.Counter();
    private final Map<Split, Integer> documents = new EnumMap<>(Split.class);
    private final ShardWriter shards;
    private final DocumentTableWriter table;
    private final Quarantine quarantine;
    private UnitTally.SourceTally unfinished = new UnitTally.SourceTally(0, 0, 0);

    public UnitOutput(DatasetSpec spec, Tokenizer tokenizer) throws IOException {
        this.spec = spec;
        this.tokenizer = tokenizer;
        this.steps = DocumentStep.named(spec.config().clean().steps());
        this.splitRule = spec.config().splitRule();
        this.endOfDocument = new int[] {tokenizer.endOfDocument()};
        this.shards = new ShardWriter(spec.format(), spec.vocabulary().fingerprint());
        this.table = DocumentTableWriter.open(spec.config().source().columns());
        this.quarantine = Quarantine.open();
    }

    public UnitTally tally() {
        return tally.result();
    }

    /**
     * Takes all documents of a slice. After a {@link BadFileException} what was taken of it is useless, but other
     * slices may be tried.
     */
    public void take(Storage storage, Slice slice) throws IOException {
        try (var reader = DocumentReaders.open(storage, slice, spec.config().source())) {
            takeAll(slice.file(), reader);
        } catch (BadFileException e) {
            shards.discardDocument();
            throw e;
        }
        tally.sourceBytes(slice.to() - slice.from());
    }

    /**
     * Takes the documents at the beginning of a slice, about {@code most} stored bytes of it; returns how many bytes of
     * the slice they are, 0 if no document begins there. What was read of a longer document is {@link #unfinished}.
     */
    public long takeSome(Storage storage, Slice slice, long most) throws IOException {
        try (var sample = SliceSample.open(storage, slice, spec.config().source(), most)) {
            takeAll(slice.file(), sample);
            return sample.bytes();
        } catch (BadFileException e) {
            shards.discardDocument();
            throw e;
        }
    }

    /** Bytes and tokens of documents whose beginnings were read, 0 documents. */
    public UnitTally.SourceTally unfinished() {
        return unfinished;
    }

    private void takeAll(InputFile file, DocumentReader reader) throws IOException {
        boolean more = true;
        while (more) {
            more = takeNext(file, reader);
        }
    }

    private boolean takeNext(InputFile file, DocumentReader reader) throws IOException {
        try {
            Optional<Document> document = reader.next();
            if (document.isPresent()) {
                take(document.get());
            }
            return document.isPresent();
        } catch (BadDocumentException e) {
            shards.discardDocument();
            bad(new Quarantine.Entry(file.path(), e.offset(), e.offset(), Kind.BAD, e.reason(), e.beginning()));
            return true;
        } catch (WrongColumnException e) {
            // not the settings' fault: a first file was held against them before any work
            throw new BadFileException(file.uri(), 0, e.reason());
        }
    }

    public void refuseFile(InputFile file, BadFileException fault) throws IOException {
        bad(new Quarantine.Entry(file.path(), 0, fault.offset(), Kind.BAD, fault.reason(), new byte[0]));
    }

    private void take(Document document) throws IOException {
        DocumentText text;
        try {
            text = DocumentText.of(document, spec.config().clean(), steps);
        } catch (CutException e) { // a step has read to where the sample ends
            return;
        } catch (RejectedDocumentException e) {
            filtered(document, new byte[0], e.reason());
            return;
        } catch (MalformedTextException e) {
            bad(document, new byte[0], e.offset(), e.reason());
            return;
        }
        take(document, text);
    }

    private void take(Document document, DocumentText text) throws IOException {
        try {
            long special = tokenizer.encode(text, shards::append);
            shards.append(endOfDocument, 1);
            Optional<String> refusal = document.split().filter(TEST::equals).isPresent()
                    ? Optional.of("split test of the BED file")
                    : text.refusal();
            if (refusal.isPresent()) {
                filtered(document, text.beginning(), refusal.get());
            } else {
                tally.specialTokens(special);
                end(document, text);
            }
        } catch (CutException e) {
            unfinished = unfinished.plus(new UnitTally.SourceTally(0, text.bytes(), shards.currentTokens()));
            shards.discardDocument();
        } catch (RejectedDocumentException e) {
            filtered(document, text.beginning(), e.reason());
        } catch (MalformedTextException e) {
            bad(document, text.beginning(), e.offset(), e.reason());
        } catch (ShardWriter.DocumentTooLongException e) {
            bad(document, text.beginning(), 0, String.valueOf(e.getMessage()));
        }
    }

    private void end(Document document, DocumentText text) throws IOException {
        document.readRest(); // a step may have wanted the beginning only
        String sha256 = text.sha256();
        String givenId = document.givenId().orElse("");
        Split split = document.split()
                .map(Split::ofFolder)
                .orElseGet(() -> splitRule.split(document.path(), ids(document), document.columns(), sha256));
        long tokens = shards.endDocument(split, text.bytes(), sha256);
        int number = documents.merge(split, 1, Integer::sum) - 1;
        table.append(new DocumentRow(
                DocumentText.documentId(document.path(), document.position(), givenId),
                sha256.substring(0, ID_DIGITS),
                document.path(),
                document.position(),
                split,
                number,
                tokens,
                text.bytes(),
                text.signature(),
                document.columns()));
        tally.document(document.path(), split, text.bytes(), tokens);
    }

    /** Its own, and that of the record that it is a piece of. */
    private static List<String> ids(Document document) {
        return Stream.concat(document.givenId().stream(), document.recordId().stream())
                .toList();
    }

    private void filtered(Document document, byte[] beginning, String reason) throws IOException {
        shards.discardDocument();
        tally.filtered(reason);
        quarantine.append(new Quarantine.Entry(
                document.path(), document.position(), document.position(), Kind.FILTERED, reason, beginning));
    }

    private void bad(Document document, byte[] beginning, long offset, String reason) throws IOException {
        shards.discardDocument();
        bad(new Quarantine.Entry(document.path(), document.position(), offset, Kind.BAD, reason, beginning));
    }

    private void bad(Quarantine.Entry record) throws IOException {
        tally.bad(record.reason());
        quarantine.append(record);
    }

    List<ShardEntry> writeShards(Storage storage, String dataset, String unit) throws IOException {
        return shards.write(storage, dataset, unit);
    }

    /** {@code tableBefore} is that of a unit that is done again. */
    List<ObjectRef> writeObjects(Storage storage, String dataset, String unit, Optional<ObjectRef> tableBefore)
            throws IOException {
        List<ObjectRef> objects = new ArrayList<>();
        objects.add(table.write(storage, dataset, unit, tableBefore));
        quarantine.write(storage, dataset, unit).ifPresent(objects::add);
        return objects;
    }

    @Override
    public void close() throws IOException {
        try (shards;
                table;
                quarantine) {
            // closing is all there is to do
        }
    }

    /**
     * The documents at the beginning of a slice, about {@code most} stored bytes of it, and how much of the slice they
     * are. The text of the last one may end with a {@link CutException}.
     */
    private static final class SliceSample implements DocumentReader {
        private final Slice slice;
        private final boolean fromStart; // whether positions are not offsets in the stored file
        private final long most;
        private final Optional<DocumentReader> reader;
        private long first = -1;

        private SliceSample(Slice slice, boolean fromStart, long most, Optional<DocumentReader> reader) {
            this.slice = slice;
            this.fromStart = fromStart;
            this.most = most;
            this.reader = reader;
        }

        static SliceSample open(Storage storage, Slice slice, SourceConfig config, long most) throws IOException {
            boolean splittable = FileFormat.of(slice.file().path(), config).splittable();
            Optional<DocumentReader> reader;
            try {
                reader = Optional.of(DocumentReaders.open(storage, slice, config, most));
            } catch (CutException e) { // before the first record
                reader = Optional.empty();
            }
            return new SliceSample(slice, !splittable, most, reader);
        }

        @Override
        public Optional<Document> next() throws IOException {
            if (reader.isEmpty() || (reader.get().shareOfRows().isPresent() && bytes() >= most)) {
                return Optional.empty();
            }
            try {
                Optional<Document> next = reader.get().next();
                if (first < 0 && next.isPresent()) {
                    first = fromStart ? 0 : next.get().position();
                }
                return next;
            } catch (CutException e) {
                return Optional.empty();
            }
        }

        /** How many stored bytes of the slice have been read, from the first document's on; 0 if none was found. */
        long bytes() {
            long length = slice.to() - slice.from();
            OptionalDouble share = reader.map(DocumentReader::shareOfRows).orElse(OptionalDouble.empty());
            if (share.isPresent()) {
                return Math.round(share.getAsDouble() * length);
            }
            return first < 0 ? 0 : slice.from() + Math.min(most, length) - first;
        }

        @Override
        public void close() throws IOException {
            if (reader.isPresent()) {
                reader.get().close();
            }
        }
    }
}
