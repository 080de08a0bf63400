package io.github.hyenaspark.jobs;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.Properties;

/**
 * Which versions of Java the Spark on the class path runs on. {@code submit-scripts/hyena} refuses the others before it
 * starts a JVM; this is for those who call {@code spark-submit} themselves.
 */
final class JavaVersion {
    /** The newest before Java 23, which took away what the login of Hadoop rests on. */
    static final int NEWEST_FOR_ALL = 22;

    /** The newest that Spark 4.2, which does without, says it runs on; of Spark 4.1 every executor ends at once. */
    static final int NEWEST_FOR_SPARK_4_2 = 25;

    private JavaVersion() {}

    /** Why the Java of this process will not do; empty if it will. */
    static Optional<String> refusal() {
        int java = Runtime.version().feature();
        return java <= NEWEST_FOR_ALL ? Optional.empty() : refusal(java, sparkVersion());
    }

    /** Why a Java of this feature version will not do for a Spark, empty if unknown; empty if it will. */
    static Optional<String> refusal(int java, String spark) {
        int newest = spark.matches("(4\\.[2-9]|[5-9]|[1-9]\\d)\\b.*") ? NEWEST_FOR_SPARK_4_2 : NEWEST_FOR_ALL;
        return java <= newest
                ? Optional.empty()
                : Optional.of(
                        "Spark " + spark + " does not run on Java " + java + ": set JAVA_HOME to a Java 17 or 21");
    }

    /** As Spark's own jar says it, empty if there is none: loading a class of Spark for it would take longer. */
    static String sparkVersion() {
        try (InputStream in = JavaVersion.class.getResourceAsStream("/spark-version-info.properties")) {
            Properties properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            return properties.getProperty("version", "");
        } catch (IOException e) {
            return "";
        }
    }
}
