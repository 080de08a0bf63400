package io.github.hyenaspark.testing;

import io.github.hyenaspark.testing.StoreFault.Effect;
import io.github.hyenaspark.testing.StoreFault.Operation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Optional;
import org.apache.hadoop.fs.Abortable;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;
import org.jspecify.annotations.Nullable;

/** A file of a {@link MemoryFileSystem} that is being written. Closing it a second time does nothing. */
final class MemoryOutput extends OutputStream implements Abortable, StreamCapabilities {
    private final Path path;
    private final StoreFaults faults;
    private final Publisher publisher;
    private final boolean abortable;
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();
    private boolean closed;

    /** Makes a file of these bytes. */
    interface Publisher {
        void publish(byte[] content) throws IOException;
    }

    MemoryOutput(Path path, StoreFaults faults, Publisher publisher, boolean abortable) {
        this.path = path;
        this.faults = faults;
        this.publisher = publisher;
        this.abortable = abortable;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] from, int at, int count) throws IOException {
        faults.run(Operation.WRITE, path, () -> {
            content.write(from, at, count);
            return count;
        });
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        byte[] bytes = content.toByteArray();
        Optional<Effect> effect = faults.next(Operation.CLOSE, path);
        if (effect.isEmpty() || effect.get() == Effect.AFTER) {
            publisher.publish(bytes);
        } else if (effect.get().tears()) {
            publisher.publish(Arrays.copyOf(bytes, effect.get().kept(bytes.length)));
        }
        if (effect.isPresent()) {
            throw StoreFaults.failure(Operation.CLOSE, path, effect.get());
        }
    }

    @Override
    public boolean hasCapability(String capability) {
        return abortable && capability.equals(StreamCapabilities.ABORTABLE_STREAM);
    }

    @Override
    public AbortableResult abort() {
        if (!abortable) {
            throw new UnsupportedOperationException("only an object store forgets what was written");
        }
        boolean alreadyClosed = closed;
        closed = true;
        return new AbortableResult() {
            @Override
            public boolean alreadyClosed() {
                return alreadyClosed;
            }

            @Override
            public @Nullable IOException anyCleanupException() {
                return null;
            }
        };
    }
}
