package io.github.hyenaspark.jobs;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.conditions.ArchConditions.onlyDependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Who may use whom, in all three modules. A new room or library gets its line in one of the two tables here. */
final class ArchitectureTest {
    private static final String ROOT = "io.github.hyenaspark";
    private static final int LARGEST_ROOM = 20;

    /**
     * The rooms, from the foundations up: a room may use the rooms on its right, and only if they stand above it in
     * this table, so there can be no circle. {@code data..} is every room of that name and below it.
     */
    private static final String TABLE = """
            io.store                |
            io                      | io.store
            config                  | io
            kernel                  |
            convolution             | kernel
            convolution.vector      | convolution
            product                 | kernel
            product.vector          | product
            operator.tensor         | io kernel convolution product
            operator.nn             | io kernel operator.tensor
            operator.filter         | config operator.tensor operator.nn
            operator.hyena          | convolution operator.tensor operator.nn operator.filter
            operator.h3             | convolution operator..
            operator.conv           | operator..
            operator.attention      | operator.tensor operator.nn
            operator.recurrent      | operator.tensor operator.nn
            operator.block          | config operator..
            operator.head           | kernel operator.tensor operator.nn
            layers                  | operator..
            model                   | convolution operator.. layers
            train.codec             | kernel
            train.config            | io config train.codec
            train.optim             | kernel product operator.tensor operator.nn model train.config
            train                   | kernel operator.tensor model train.config train.optim
            train.averaging         | train..
            checkpoint              | io operator.nn model
            exchange                | io config operator.. model
            bench                   | kernel convolution product operator.tensor operator.nn operator.block model train.config train.optim train
            data.bytes              |
            data.shard              | io data.bytes
            data.shard.snapshot     | io data.shard
            data.shard.index        | io data.shard data.shard.snapshot
            data.shard.table        | io data.bytes data.shard
            data.token              | io data.bytes
            data.task               | io config data.token
            data.document           | io data.bytes
            data.document.stream    | io data.bytes data.document
            data.document.text      | io data.bytes data.document data.document.stream
            data.document.fasta     | io data.bytes data.document data.document.stream
            data.document.parquet   | io data.bytes data.document
            data.document.clean     | io data.bytes data.document data.document.stream
            data.document.input     | io io.store data..
            data.batch              | io config model operator.head data.shard data.shard.snapshot data.shard.index data.token
            data.prepare            | io data..
            data.prepare.unit       | io data..
            data.prepare.segment    | io data..
            data.prepare.duplicate  | io data..
            data.prepare.plan       | io data..
            data.prepare.commit     | io data..
            jobs.report.progress    | io
            jobs.report.journal     | io
            jobs.report.html        |
            jobs.report.chart       | jobs.report.journal jobs.report.html
            jobs.report.page        | io jobs.report.html jobs.report.chart
            jobs.spark.task         | io data.. model checkpoint jobs.report.progress
            jobs.spark.run          | io data.. config kernel model train.. checkpoint exchange jobs.report.page jobs.spark.task
            jobs.spark.evaluation   | io data.. operator.head model train.config jobs.report.progress jobs.spark..
            jobs.spark.worker       | io operator.head model train.. checkpoint data.batch data.shard data.shard.snapshot jobs.report.journal jobs.spark..
            jobs.spark.averaging    | data.. jobs.report.. io io.store model train.. checkpoint bench jobs.spark..
            jobs.spark              | io data.. config operator.tensor operator.head model train.config bench jobs.report.progress jobs.spark.task jobs.spark.run
            jobs.spark.prepare      | io data.. jobs.report.progress jobs.spark.task
            jobs.spark.session      | io model train.averaging data.prepare data.prepare.unit data.prepare.duplicate data.prepare.commit data.shard.snapshot jobs.report.progress jobs.spark..
            jobs.cli                | io io.store config data.document jobs.spark.averaging jobs.spark.session
            jobs.train              | io io.store data.. config model train.config train.optim checkpoint jobs.report.progress jobs.report.journal jobs.spark.. jobs.cli
            jobs.inspect            | io data.. config model train.config checkpoint bench jobs.spark.. jobs.cli jobs.train
            jobs.exchange           | io config model train.config checkpoint exchange data.token data.prepare jobs.spark.. jobs.cli jobs.train
            jobs.prepare            | io data.. config jobs.report.progress jobs.report.page jobs.spark.prepare jobs.spark.run jobs.spark.session jobs.spark.task jobs.cli jobs.train
            jobs.infer              | io data.. config model train.config jobs.report.progress jobs.report.page jobs.spark.. jobs.cli jobs.train
            jobs.bench.plan         | io data.. config jobs.report.page jobs.cli
            jobs.bench              | io data.. config kernel convolution product operator.nn model train.. checkpoint bench jobs.report.progress jobs.report.journal jobs.spark.. jobs.cli jobs.train jobs.bench.plan
            jobs.compare            | io data.. config operator.block model checkpoint train.config jobs.report.journal jobs.report.page jobs.spark.run jobs.spark.session jobs.cli jobs.train jobs.prepare jobs.infer jobs.bench
            jobs.fit                | io data.. config kernel operator.nn operator.head model train.. checkpoint jobs.report.. jobs.spark.. jobs.cli jobs.train jobs.prepare jobs.infer
            ml                      | io config jobs.spark jobs.spark.run jobs.spark.task jobs.fit
            jobs                    | io data.token config operator.nn model checkpoint jobs.spark.run jobs.cli jobs.train jobs.inspect jobs.exchange jobs.prepare jobs.infer jobs.fit jobs.bench jobs.compare
            """;

    static final List<Room> ROOMS = TABLE.lines().map(Room::parse).toList();

    /** Libraries and the rooms that may use them. */
    static final List<Library> LIBRARIES = List.of(
            library("com.codahale..", "jobs.spark.task"),
            library("com.esotericsoftware..", "jobs.spark.session"),
            library("com.github.luben..", "data.document.stream", "data.shard.table"),
            library("com.knuddels..", "data.token", "jobs.bench"),
            library("com.typesafe.config..", "config"),
            library("jdk.incubator..", "convolution.vector", "product.vector", "train.codec"),
            library(
                    "org.apache.hadoop..",
                    "io",
                    "jobs.bench.plan",
                    "jobs.cli",
                    "jobs.spark..",
                    "data.document.parquet"),
            library("org.apache.parquet..", "data.document.parquet", "data.shard.table"),
            library("org.apache.spark..", "jobs.spark..", "jobs.fit", "ml"),
            library("org.bytedeco..", "operator.tensor", "bench"),
            library("org.deeplearning4j..", "exchange", "layers", "model"),
            library("org.knowm..", "jobs.report.chart", "jobs.report.page"),
            library("org.nd4j..", "operator..", "layers", "model", "exchange", "bench", "jobs.spark.task"),
            library("picocli..", "jobs", "jobs.cli", "jobs.bench", "jobs.exchange", "jobs.infer", "jobs.inspect"),
            library("scala..", "jobs.spark..", "ml"));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    @ParameterizedTest
    @FieldSource("ROOMS")
    void aRoomUsesOnlyTheRoomsListedForIt(Room room) {
        int own = ROOMS.indexOf(room);
        String[] allowed = ROOMS.subList(0, own + 1).stream()
                .filter(other -> other.equals(room) || room.mayUse(other))
                .map(other -> ROOT + "." + other.name())
                .toArray(String[]::new);
        DescribedPredicate<JavaClass> ours = resideInAnyPackage(allowed);
        classes()
                .that()
                .resideInAPackage(ROOT + "." + room.name())
                .should(onlyDependOnClassesThat(ours.or(resideOutsideOfPackage(ROOT + "..")))
                        .as("use only " + room.uses() + " above it in the table"))
                .check(CLASSES);
    }

    @ParameterizedTest
    @FieldSource("LIBRARIES")
    void aLibraryIsUsedOnlyByTheRoomsListedForIt(Library library) {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        library.rooms().stream().map(name -> ROOT + "." + name).toArray(String[]::new))
                .should()
                .dependOnClassesThat(
                        // the session is passed on by commands that never look into it
                        resideInAPackage(library.name())
                                .and(not(nameMatching(".*\\.spark\\.sql\\.SparkSession(\\$.*)?"))))
                .check(CLASSES);
    }

    /**
     * Only config, and layers for DL4J's own JSON, bind records; only io parses and writes; anyone may read the trees.
     */
    @Test
    void jacksonIsSeenAsTreesOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + ".config", ROOT + ".io", ROOT + ".layers")
                .should()
                .dependOnClassesThat(resideInAPackage("com.fasterxml.jackson..")
                        .and(not(nameMatching(".*\\.databind\\.(JsonNode|node\\.\\w+)"))))
                .check(CLASSES);
    }

    @Test
    void everyRoomIsListed() {
        classes()
                .should()
                .resideInAnyPackage(
                        ROOMS.stream().map(room -> ROOT + "." + room.name()).toArray(String[]::new))
                .check(CLASSES);
    }

    @Test
    void noRoomHasMoreThanTwentyFiles() {
        Map<String, Integer> files = new TreeMap<>();
        CLASSES.stream()
                .filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
                .forEach(type -> files.merge(type.getPackageName(), 1, Integer::sum));
        assertThat(files).allSatisfy((room, count) -> assertThat(count).as(room).isLessThanOrEqualTo(LARGEST_ROOM));
    }

    @Test
    void roomsAreNamedForWhatTheyHold() {
        noClasses()
                .should()
                .resideInAnyPackage("..util..", "..common..", "..base..", "..impl..")
                .check(CLASSES);
    }

    @Test
    void classesAreNamedForWhatTheyAre() {
        noClasses()
                .should()
                .haveNameMatching(".*[.$](\\w*(Utils|Helper|Manager)|(Abstract|Base)([A-Z]\\w*)?)")
                .check(CLASSES);
    }

    private static Library library(String name, String... rooms) {
        return new Library(name, List.of(rooms));
    }

    /** A line of the table: a room, and the rooms that it may use. */
    private record Room(String name, List<String> uses) {
        static Room parse(String line) {
            String[] columns = line.split("\\|", -1);
            return new Room(
                    columns[0].strip(),
                    Stream.of(columns[1].strip().split(" "))
                            .filter(word -> !word.isEmpty())
                            .toList());
        }

        boolean mayUse(Room other) {
            return uses.stream()
                    .anyMatch(use -> use.endsWith("..")
                            ? (other.name() + "..").startsWith(use)
                                    || other.name().startsWith(use.substring(0, use.length() - 1))
                            : use.equals(other.name()));
        }
    }

    /** A library, and the rooms that may use it. */
    private record Library(String name, List<String> rooms) {}
}
