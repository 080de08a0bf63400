package io.github.hyenaspark.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.testing.MemoryFileSystem;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder that is deleted after its parent was listed, as a retention job does beside a night. */
class ListingTest {
    @TempDir
    java.nio.file.Path directory;

    private Listing listing;

    private static final class Vanishing extends FilterFileSystem {
        Vanishing() throws IOException {
            super(FileSystem.getLocal(new Configuration()));
        }

        @Override
        public RemoteIterator<FileStatus> listStatusIterator(Path path) throws IOException {
            if (path.getName().equals("gone")) {
                throw new FileNotFoundException("File " + path + " does not exist.");
            }
            return super.listStatusIterator(path);
        }
    }

    @BeforeEach
    void files() throws IOException {
        for (String name : List.of("a/b/1.txt", "a/gone/2.txt", "a/z/3.txt", "b/4.txt")) {
            java.nio.file.Path file = directory.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, name);
        }
        listing = new Listing(new Vanishing());
    }

    private Path path(String name) {
        return new Path("file:" + directory + name);
    }

    @Test
    void ofADirectoryThatIsGoneNothingIsListedAndOfItsSiblingsAll() throws IOException {
        assertThat(listing.below(path(""), false, false))
                .extracting(file -> file.uri().replaceFirst(".*/", ""))
                .containsExactly("1.txt", "3.txt", "4.txt");
        assertThat(listing.matching(path("/*")))
                .extracting(file -> file.uri().replaceFirst(".*/", ""))
                .containsExactly("1.txt", "3.txt", "4.txt");
    }

    @Test
    void thePlaceThatIsAskedForHasToBeThere() {
        assertThatThrownBy(() -> listing.below(path("/a/gone"), false, false))
                .isInstanceOf(FileNotFoundException.class);
    }

    /** People leave the slash out. */
    @Test
    void aBucketIsListedWithAndWithoutASlash() throws IOException {
        String bucket = "s3a://listing-" + System.nanoTime();
        Storage storage = Storage.of(Map.of("fs.s3a.impl", MemoryFileSystem.class.getName()));
        storage.write(bucket + "/a/1.txt", out -> out.write(1));
        for (String root : List.of(bucket, bucket + "/")) {
            assertThat(storage.find(root).stream().map(file -> file.uri()))
                    .as(root)
                    .containsExactly(bucket + "/a/1.txt");
        }
    }
}
