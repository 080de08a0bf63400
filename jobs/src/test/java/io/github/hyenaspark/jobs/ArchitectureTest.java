package io.github.hyenaspark.jobs;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.conditions.ArchConditions.onlyDependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Who may import what, in all three modules. A new package or library gets its line in one of the two tables here. */
final class ArchitectureTest {
    private static final String ROOT = "io.github.hyenaspark";

    /**
     * Each package and the packages of ours that it may import: an arrow of the design and those that follow from it.
     */
    static final List<Line> OURS = List.of(
            line("config"),
            line("io"),
            line("convolution"),
            line("operator", "convolution"),
            line("layers", "operator", "convolution"),
            line("model", "layers", "operator", "convolution"),
            line("train", "model", "layers", "operator", "convolution"),
            // The operator's parameter groups are part of a checkpoint's table.
            line("checkpoint", "io", "model", "operator"),
            line("exchange", "io", "model", "operator"),
            line("data.document", "io"),
            line("data.token", "io"),
            line("data.shard", "io"),
            line("data.task", "data.token", "io"),
            line("data.prepare", "data.task", "data.document", "data.token", "data.shard", "data.batch", "io"),
            line("data.batch", "data.shard", "model", "io"),
            line("jobs.report", "io"),
            line(
                    "jobs.spark",
                    "data..",
                    "train",
                    "checkpoint",
                    "model",
                    "layers",
                    "operator",
                    "config",
                    "io",
                    "jobs.report"),
            line(
                    "jobs",
                    "jobs..",
                    "data..",
                    "train",
                    "checkpoint",
                    "exchange",
                    "model",
                    "layers",
                    "operator",
                    "convolution",
                    "config",
                    "io"));

    /** Libraries and the packages of ours that may import them. */
    static final List<Line> LIBRARIES = List.of(
            line("com.esotericsoftware..", "jobs.spark"),
            line("com.github.luben..", "data.document", "data.shard"),
            line("com.knuddels..", "data.token"),
            line("com.typesafe.config..", "config"),
            line("jdk.incubator..", "convolution", "train"),
            line("org.apache.hadoop..", "io", "jobs.spark"),
            line("org.apache.parquet..", "data.document", "data.shard"),
            line("org.bytedeco..", "operator"),
            line("org.deeplearning4j..", "layers", "model", "train", "checkpoint", "exchange", "jobs.spark"),
            line("org.nd4j..", "operator", "layers", "model", "train", "checkpoint", "exchange", "jobs.spark"),
            line("scala..", "jobs.spark"));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    @ParameterizedTest
    @FieldSource("OURS")
    void aPackageImportsOnlyThePackagesListedForIt(Line line) {
        String[] allowed = qualified(Stream.concat(Stream.of(line.name()), line.packages().stream()));
        DescribedPredicate<JavaClass> ours = resideInAnyPackage(allowed);
        classes()
                .that()
                .resideInAPackage(ROOT + "." + line.name())
                .should(onlyDependOnClassesThat(ours.or(resideOutsideOfPackage(ROOT + "..")))
                        .as("import of ours only " + line.packages()))
                .check(CLASSES);
    }

    @ParameterizedTest
    @FieldSource("LIBRARIES")
    void aLibraryIsImportedOnlyByThePackagesListedForIt(Line line) {
        noClasses()
                .that()
                .resideOutsideOfPackages(qualified(line.packages().stream()))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(line.name())
                .check(CLASSES);
    }

    @Test
    void commandsImportNothingOfSparkButTheSession() {
        noClasses()
                .that()
                .resideOutsideOfPackages(qualified(Stream.of("jobs", "jobs.spark")))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.spark..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".jobs")
                .should()
                .dependOnClassesThat(
                        resideInAPackage("org.apache.spark..").and(not(nameMatching(".*\\.SparkSession(\\$.*)?"))))
                .check(CLASSES);
    }

    /**
     * Nobody but config and, for DL4J's own JSON, layers binds records; nobody but io parses and writes; the trees that
     * io.Json makes are read anywhere.
     */
    @Test
    void jacksonIsSeenAsTreesOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackages(qualified(Stream.of("config", "io", "layers")))
                .should()
                .dependOnClassesThat(resideInAPackage("com.fasterxml.jackson..")
                        .and(not(nameMatching(".*\\.databind\\.(JsonNode|node\\.\\w+)"))))
                .check(CLASSES);
    }

    @Test
    void everyPackageIsListed() {
        classes()
                .should()
                .resideInAnyPackage(qualified(OURS.stream().map(Line::name)))
                .check(CLASSES);
    }

    @Test
    void packagesAreNamedForWhatTheyHold() {
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

    private static String[] qualified(Stream<String> packages) {
        return packages.map(name -> ROOT + "." + name).toArray(String[]::new);
    }

    private static Line line(String name, String... packages) {
        return new Line(name, List.of(packages));
    }

    /** One line of a table: a package or library and the packages that belong to it there. */
    private record Line(String name, List<String> packages) {}
}
