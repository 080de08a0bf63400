package io.github.hyenaspark.jobs.testing;

import io.github.hyenaspark.jobs.Main;
import io.github.hyenaspark.jobs.testing.HyenaProcess.Running;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.hdfs.MiniDFSNNTopology;
import org.apache.hadoop.minikdc.MiniKdc;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.kerby.kerberos.kerb.client.KrbClient;

/**
 * An HDFS of two name services that serves nobody without a Kerberos ticket or a delegation token, and the KDC that
 * gives tickets. Both are in a process of their own, because Hadoop keeps who it is for a whole JVM.
 */
public final class KerberosCluster implements AutoCloseable {
    private static final String USER = "trainer";
    private static final String HDFS = "hdfs/localhost";
    private static final String CLIENT = "conf";
    private static final String TICKETS = "tickets";
    private static final String PRINCIPAL = "principal";
    private static final String KRB5 = "krb5.conf";
    private static final String READY = "ready";
    private static final long START_SECONDS = 120;

    private final Process process;
    private final Path directory;

    private KerberosCluster(Process process, Path directory) {
        this.process = process;
        this.directory = directory;
    }

    /**
     * Starts one.
     *
     * @param directory an empty one, for its data, log and what clients need
     * @param tokenSeconds after which a delegation token must be renewed
     */
    public static KerberosCluster start(Path directory, int tokenSeconds) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m"));
        command.addAll(HyenaProcess.jvmFlags());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), KerberosCluster.class.getName()));
        command.addAll(List.of(directory.toAbsolutePath().toString(), "" + tokenSeconds));
        Path log = Files.createDirectories(directory).resolve("servers.log");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        var cluster = new KerberosCluster(process, directory);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!Files.exists(directory.resolve(READY))) {
            if (process.waitFor(100, TimeUnit.MILLISECONDS) || System.nanoTime() > end) {
                cluster.close();
                throw new IOException("the KDC and HDFS did not start; they said:\n" + Files.readString(log));
            }
        }
        return cluster;
    }

    /** What {@code spark-submit} is told of a user who has a keytab. */
    public List<String> keytab() throws IOException {
        return List.of("--principal", Files.readString(directory.resolve(PRINCIPAL)), "--keytab", keytab(directory));
    }

    private static String keytab(Path directory) {
        return directory.resolve(USER + ".keytab").toString();
    }

    /** The URI of a path in one of the two name services, 0 or 1, below the user's folder. */
    public String uri(int nameService, String path) throws IOException {
        return Files.readAllLines(directory.resolve(READY)).get(nameService) + "/" + USER + "/" + path;
    }

    /** Runs a command through {@code spark-submit}, whose own arguments come first; who runs it has no ticket. */
    public Outcome submit(HyenaProcess process, List<String> submit, List<String> words) throws Exception {
        try (Running running = startSubmit(process, submit, words)) {
            return running.await();
        }
    }

    /** Starts the same. */
    public Running startSubmit(HyenaProcess process, List<String> submit, List<String> words) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("org.apache.spark.deploy.SparkSubmit"));
        arguments.addAll(List.of("--master", process.master(), "--class", Main.class.getName()));
        arguments.addAll(submit);
        arguments.add("spark-internal"); // instead of a jar: the class is on the class path
        arguments.addAll(words);
        return start(process, "no-tickets", arguments);
    }

    /** Runs a command without Spark as a user who has called {@code kinit}. */
    public Outcome runWithTicket(HyenaProcess process, String... words) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(Main.class.getName()));
        arguments.addAll(List.of(words));
        try (Running running = start(process, TICKETS, arguments)) {
            return running.await();
        }
    }

    private Running start(HyenaProcess described, String tickets, List<String> arguments) throws IOException {
        Path client = directory.resolve(CLIENT);
        List<String> command = described.command(client + File.pathSeparator + ClassArchive.CLASS_PATH, arguments);
        var builder = new ProcessBuilder(command);
        HyenaProcess.describeSpark(builder.environment());
        builder.environment()
                .putAll(Map.of(
                        "SPARK_LOCAL_IP",
                        "127.0.0.1",
                        "HADOOP_CONF_DIR",
                        client.toString(),
                        "KRB5CCNAME",
                        directory.resolve(tickets).toString(),
                        "JAVA_TOOL_OPTIONS",
                        "-Djava.security.krb5.conf=" + directory.resolve(KRB5)));
        return Running.start(builder, directory);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /** The servers; they end with the process that started them. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        var kdc = new MiniKdc(MiniKdc.createConf(), directory.toFile());
        kdc.start();
        Files.copy(kdc.getKrb5conf().toPath(), directory.resolve(KRB5));
        Path servers = directory.resolve("servers.keytab");
        kdc.createPrincipal(servers.toFile(), HDFS, "HTTP/localhost");
        String own = keytab(directory);
        kdc.createPrincipal(new File(own), USER);
        String principal = USER + "@" + kdc.getRealm();
        Files.writeString(directory.resolve(PRINCIPAL), principal);
        var client = new KrbClient(directory.toFile());
        client.init();
        client.storeTicket(
                client.requestTgt(principal, new File(own)),
                directory.resolve(TICKETS).toFile());

        Configuration settings = client(HDFS + "@" + kdc.getRealm());
        UserGroupInformation.setConfiguration(settings);
        MiniDFSCluster hdfs = hdfs(directory, settings, servers, kdc.getRealm(), Integer.parseInt(arguments[1]));
        List<String> roots = new ArrayList<>();
        for (int nameService = 0; nameService < 2; nameService++) {
            FileSystem asServer = hdfs.getFileSystem(nameService);
            var folder = new org.apache.hadoop.fs.Path("/" + USER);
            asServer.mkdirs(folder, new FsPermission("700"));
            asServer.setOwner(folder, USER, USER);
            roots.add(hdfs.getURI(nameService).toString());
        }
        settings.set("fs.defaultFS", roots.get(0));
        try (Writer writer = Files.newBufferedWriter(
                Files.createDirectories(directory.resolve(CLIENT)).resolve("core-site.xml"))) {
            settings.writeXml(writer);
        }
        Files.write(directory.resolve("starting"), roots);
        Files.move(directory.resolve("starting"), directory.resolve(READY));
        ProcessHandle.current().parent().orElseThrow().onExit().get();
        Runtime.getRuntime().halt(0);
    }

    /** What clients must know: whom they talk to, and how. */
    private static Configuration client(String server) {
        var settings = new Configuration(false);
        Map.of(
                        "hadoop.security.authentication", "kerberos",
                        "dfs.namenode.kerberos.principal", server,
                        "dfs.data.transfer.protection", "authentication",
                        "dfs.replication", "1")
                .forEach(settings::set);
        return settings;
    }

    private static MiniDFSCluster hdfs(
            Path directory, Configuration client, Path keytab, String realm, int tokenSeconds) throws IOException {
        var settings = new Configuration(true);
        client.forEach(entry -> settings.set(entry.getKey(), entry.getValue()));
        for (String server : List.of("dfs.namenode", "dfs.datanode")) {
            settings.set(server + ".kerberos.principal", HDFS + "@" + realm);
            settings.set(server + ".keytab.file", keytab.toString());
        }
        settings.set("dfs.web.authentication.kerberos.principal", "HTTP/localhost@" + realm);
        settings.set("dfs.web.authentication.kerberos.keytab", keytab.toString());
        settings.setBoolean("dfs.block.access.token.enable", true);
        settings.setBoolean("ignore.secure.ports.for.testing", true); // ports below 1024 are root's
        settings.setLong("dfs.namenode.delegation.token.renew-interval", TimeUnit.SECONDS.toMillis(tokenSeconds));
        MiniDFSCluster cluster = new MiniDFSCluster.Builder(
                        settings, directory.resolve("hdfs").toFile())
                .nnTopology(MiniDFSNNTopology.simpleFederatedTopology(2))
                .numDataNodes(1)
                .build();
        cluster.waitActive();
        return cluster;
    }
}
