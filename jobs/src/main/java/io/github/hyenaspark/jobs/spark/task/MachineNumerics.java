package io.github.hyenaspark.jobs.spark.task;

import io.github.hyenaspark.checkpoint.Provenance;
import io.github.hyenaspark.model.HyenaLanguageModel;
import java.util.Properties;
import org.nd4j.linalg.factory.Nd4j;

/** What the last bits of a result depend on, as this machine has it. */
public final class MachineNumerics {
    private MachineNumerics() {}

    /**
     * The numerics of this JVM.
     *
     * @param threads of one task
     */
    public static Provenance.Numerics of(int threads) {
        Properties environment = Nd4j.getExecutioner().getEnvironmentInformation();
        return new Provenance.Numerics(
                Runtime.version().feature() + " " + System.getProperty("os.arch"),
                environment.getProperty("backend", "unknown") + " "
                        + Nd4j.class.getPackage().getImplementationVersion() + ", "
                        + HyenaLanguageModel.arithmetic(),
                environment.getProperty("blas.vendor", "unknown"),
                Integer.toString(threads));
    }
}
