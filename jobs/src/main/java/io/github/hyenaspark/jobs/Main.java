package io.github.hyenaspark.jobs;

import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.cli.ExitCode;
import io.github.hyenaspark.jobs.inspect.InspectJob;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The program: {@code hyena COMMAND [FILE.conf ...] [key=value ...]}. Uses that should take no time, help, the version
 * and {@code inspect}, do without picocli; no public method here may name a class of it, since Java loads them all at
 * the start.
 */
public final class Main {
    private Main() {}

    /** Runs one command and ends the JVM with its exit code. */
    public static void main(String[] arguments) {
        Optional<String> refusal = JavaVersion.refusal();
        if (refusal.isPresent()) {
            Console.ofProcess().messages().println("hyena: " + refusal.get());
            System.exit(ExitCode.WRONG_USAGE.code());
        }
        System.setProperty("java.awt.headless", "true"); // servers that draw the loss curve have no display
        List<String> words = List.of(arguments);
        if (words.contains("--verbose")) {
            System.setProperty("hyena.traces", "full"); // conf/log4j2.properties reads it
        }
        Console console = Console.ofProcess();
        int code = withResults(run(words, console), console);
        console.stop().done(code);
        if (asksForHelp(words) || asksForVersion(words) || InspectJob.isPlain(words)) {
            Runtime.getRuntime().halt(code); // exit would look for loggers in every jar
        }
        if (!isDoneOnYarn(code, System.getProperties())) {
            System.exit(code);
        }
    }

    /** YARN's application master takes an exit of a driver that it runs for a failure, whatever its code. */
    static boolean isDoneOnYarn(int code, Properties properties) {
        return code == ExitCode.DONE.code()
                && properties.getProperty("spark.master", "").equals("yarn")
                && properties.getProperty("spark.submit.deployMode", "").equals("cluster");
    }

    /** Runs one command; returns its exit code. */
    public static int run(List<String> arguments, Console console) {
        try {
            if (asksForHelp(arguments)) {
                console.results().print(Commands.help());
                console.results().flush();
                return ExitCode.DONE.code();
            }
            if (asksForVersion(arguments)) {
                console.results().println(Commands.version());
                console.results().flush();
                return ExitCode.DONE.code();
            }
            if (InspectJob.isPlain(arguments)) {
                return inspect(arguments, console);
            }
            return CommandLines.execute(arguments, console);
        } catch (Error e) { // memory that ran out, a class that is missing: picocli catches exceptions only
            return failed(e, "hyena " + arguments.get(0), console, false);
        }
    }

    /** A command is not done if nobody can read what it found. */
    private static int withResults(int code, Console console) {
        Optional<IOException> lost = console.lost();
        if (code != ExitCode.DONE.code() || lost.isEmpty()) {
            return code;
        }
        console.messages()
                .println("hyena: standard output: cannot write the results: "
                        + lost.get().getMessage() + "; make room, or write them elsewhere, and repeat the command");
        return ExitCode.STORE_REFUSED.code();
    }

    private static boolean asksForHelp(List<String> arguments) {
        String first = arguments.isEmpty() ? "" : arguments.get(0);
        return first.equals("-h") || first.equals("--help");
    }

    private static boolean asksForVersion(List<String> arguments) {
        String first = arguments.isEmpty() ? "" : arguments.get(0);
        return first.equals("-V") || first.equals("--version");
    }

    /** The same as by way of picocli, whose start takes longer than all the rest of the command. */
    private static int inspect(List<String> arguments, Console console) {
        try {
            return InspectJob.run(arguments.get(1), arguments.size() > 2, console);
        } catch (IOException | RuntimeException e) {
            return failed(e, "hyena inspect", console, false);
        }
    }

    /** Says in one sentence why a command failed; returns its exit code. */
    static int failed(Throwable failure, String command, Console console, boolean verbose) {
        ExitCode code = ExitCode.of(failure);
        if (console.stop().isTold()) {
            return code.code(); // whatever failed, it failed because the process ends
        }
        console.messages().println(command + ": " + ExitCode.message(failure));
        Logger log = LoggerFactory.getLogger(Main.class); // not before: help and inspect need no logging
        if (verbose || ExitCode.isDefect(failure)) {
            log.error("{} failed", command, failure);
        } else {
            log.debug("{} ended with exit code {}", command, code.code(), failure);
        }
        return code.code();
    }

    /**
     * Which versions of Java the Spark on the class path runs on. {@code submit-scripts/hyena} refuses the others
     * before it starts a JVM; this is for those who call {@code spark-submit} themselves.
     */
    static final class JavaVersion {
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
}
