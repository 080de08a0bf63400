package io.github.hyenaspark.jobs.spark.task;

import io.github.hyenaspark.checkpoint.Provenance;
import io.github.hyenaspark.model.HyenaLanguageModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import org.nd4j.linalg.factory.Nd4j;

/** What the last bits of a result depend on, as this machine has it. */
public final class MachineNumerics {
    private MachineNumerics() {}

    /** The numerics of this JVM, with so many threads of one task. */
    public static Provenance.Numerics of(int threads) {
        Properties environment = Nd4j.getExecutioner().getEnvironmentInformation();
        return new Provenance.Numerics(
                Runtime.version().feature() + " " + System.getProperty("os.arch"),
                environment.getProperty("backend", "unknown") + " "
                        + version() + ", "
                        + HyenaLanguageModel.arithmetic(),
                environment.getProperty("blas.vendor", "unknown"),
                Integer.toString(threads));
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
}
