package io.github.hyenaspark.jobs.spark.task;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.checkpoint.Checkpoint;
import io.github.hyenaspark.checkpoint.CheckpointManifest.Provenance;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.model.HyenaLanguageModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What computes here: the numeric contract of this program, and the machine it runs on. */
public final class MachineNumerics {
    private static final Logger LOG = LoggerFactory.getLogger(MachineNumerics.class);
    private static final Path CPUINFO = Path.of("/proc/cpuinfo");
    private static final Pattern MODEL = Pattern.compile("(?:model name|CPU part)\\s*:\\s*(.*)");

    private MachineNumerics() {}

    private static final class OfThisJvm {
        private static final Fingerprint FINGERPRINT = new Fingerprint(
                HyenaLanguageModel.NUMERIC_CONTRACT,
                Runtime.version() + " " + System.getProperty("os.arch"),
                HyenaLanguageModel.kernel(),
                cpu());
    }

    /** What goes with every result of this JVM. */
    public static Fingerprint fingerprint() {
        return OfThisJvm.FINGERPRINT;
    }

    /** As Linux knows it; elsewhere the architecture alone. */
    private static String cpu() {
        try {
            return Files.readAllLines(CPUINFO, StandardCharsets.UTF_8).stream()
                    .map(MODEL::matcher)
                    .filter(Matcher::matches)
                    .map(line -> line.group(1))
                    .findFirst()
                    .orElseGet(() -> System.getProperty("os.arch"));
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
    }

    /** The numerics of this JVM, with so many threads of one task, for a run that begins with them. */
    public static Provenance.Numerics of(int threads) {
        Properties environment = Nd4j.getExecutioner().getEnvironmentInformation();
        return new Provenance.Numerics(
                Runtime.version().feature() + " " + System.getProperty("os.arch"),
                environment.getProperty("backend", "unknown") + " "
                        + version() + ", convolution "
                        + HyenaLanguageModel.kernel(),
                environment.getProperty("blas.vendor", "unknown"),
                Integer.toString(threads),
                HyenaLanguageModel.NUMERIC_CONTRACT,
                1);
    }

    /** The numerics of a run that goes on after a checkpoint; of an imported model it begins. */
    public static Provenance.Numerics after(Optional<Checkpoint> from, int threads) {
        Provenance.Numerics now = of(threads);
        return from.filter(checkpoint -> !checkpoint.isImported())
                .map(checkpoint -> now.after(checkpoint.round(), checkpoint.numerics()))
                .orElse(now);
    }

    /**
     * Warns if a run began before the contract. IllegalArgumentException if it was computed by another version, unless
     * that is {@code allowed}.
     */
    public static void check(Checkpoint from, boolean allowed) {
        int now = HyenaLanguageModel.NUMERIC_CONTRACT;
        int before = from.numerics().contract();
        if (before == 0) {
            LOG.warn(
                    "the run began before there was a numeric contract: rounds up to {} have the bits of the machines that"
                            + " computed them, and cannot be repeated; later ones follow contract {}",
                    from.round(),
                    now);
        } else if (before != now) {
            String difference = "the run was computed by numeric contract " + before + ", and this version has " + now
                    + ": its rounds would end with other bits";
            if (!allowed) {
                throw new IllegalArgumentException(
                        difference + ". Use the version that began it, or set run.allow-inexact-resume=true");
            }
            LOG.warn("{}; resuming anyway, as run.allow-inexact-resume says", difference);
        }
    }

    /** As ND4J's jar says it in what Maven left there; its manifest names none. */
    private static String version() {
        Properties properties = new Properties();
        try (InputStream in = Nd4j.class.getResourceAsStream("/META-INF/maven/org.nd4j/nd4j-api/pom.properties")) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the version of ND4J could not be read from its jar", e);
        }
        return properties.getProperty("version", "unknown");
    }

    /**
     * What computed a result. Within one numeric contract the rest changes no bit; it is kept to prove that, and to
     * find a machine that breaks it.
     *
     * @param contract version of the numeric contract, {@code HyenaLanguageModel.NUMERIC_CONTRACT} of its program
     * @param java version and architecture
     * @param kernel of the convolution, with the lanes of its vectors
     * @param cpu as the processor names itself
     */
    public record Fingerprint(int contract, String java, String kernel, String cpu) implements Serializable {
        public ObjectNode toJson() {
            return Json.object()
                    .put("contract", contract)
                    .put("java", java)
                    .put("kernel", kernel)
                    .put("cpu", cpu);
        }

        @Override
        public String toString() {
            return "numeric contract " + contract + " (Java " + java + ", kernel " + kernel + ", " + cpu + ")";
        }
    }
}
