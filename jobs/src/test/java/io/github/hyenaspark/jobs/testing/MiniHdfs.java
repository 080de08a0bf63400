package io.github.hyenaspark.jobs.testing;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.hdfs.MiniDFSNNTopology;
import org.apache.hadoop.hdfs.server.namenode.NameNodeAdapter;

/**
 * A folder of an HDFS of one data node or more in this process, which other processes of this machine reach too. Tests
 * that do nothing to the servers {@linkplain #newFolder() share} one; the others start their own and close it.
 */
public final class MiniHdfs implements AutoCloseable {
    private static final String PAIR = "pair";

    private static Optional<MiniDFSCluster> shared = Optional.empty();
    private static int folders;

    private final MiniDFSCluster cluster;
    private final String root;
    private final String folder;

    private MiniHdfs(MiniDFSCluster cluster, String root, String folder) {
        this.cluster = cluster;
        this.root = root;
        this.folder = folder;
    }

    /** An empty folder of the one that the tests of this JVM share, and that must not be closed. */
    public static synchronized MiniHdfs newFolder() throws IOException {
        if (shared.isEmpty()) {
            shared = Optional.of(cluster(ServerFolder.create("hdfs"), 1));
        }
        MiniDFSCluster cluster = shared.get();
        return new MiniHdfs(cluster, cluster.getURI().toString(), "test-" + ++folders + "/");
    }

    private static MiniDFSCluster cluster(Path directory, int dataNodes) throws IOException {
        MiniDFSCluster cluster = new MiniDFSCluster.Builder(new Configuration(), directory.toFile())
                .numDataNodes(dataNodes)
                .build();
        cluster.waitActive();
        return cluster;
    }

    /**
     * Starts an empty one.
     *
     * @param directory where its blocks are kept
     */
    public static MiniHdfs start(Path directory, int dataNodes) throws IOException {
        MiniDFSCluster cluster = cluster(directory, dataNodes);
        return new MiniHdfs(cluster, cluster.getURI().toString(), "");
    }

    /** The same with one data node and two name nodes, of which the first serves and the second stands by. */
    public static MiniHdfs startPair(Path directory) throws IOException {
        MiniDFSCluster cluster = new MiniDFSCluster.Builder(new Configuration(), directory.toFile())
                .nnTopology(MiniDFSNNTopology.simpleHATopology())
                .numDataNodes(1)
                .build();
        cluster.transitionToActive(0);
        cluster.waitActive();
        return new MiniHdfs(cluster, "hdfs://" + PAIR, "");
    }

    /**
     * The Hadoop settings of a client: plain paths belong to this file system, and one copy of a block is enough. A
     * client that closes a file asks again soon whether the data node has told the name node, not after 0.4 s.
     */
    public Map<String, String> settings() {
        return Map.of(
                "fs.defaultFS",
                root,
                "dfs.replication",
                "1",
                "dfs.client.block.write.locateFollowingBlock.initial.delay.ms",
                "5",
                "dfs.client.block.write.locateFollowingBlock.retries",
                "12");
    }

    /** The same for a pair of name nodes: the client asks the other when one does not serve. */
    public Map<String, String> pairSettings() {
        Map<String, String> settings = new TreeMap<>(settings());
        settings.put("dfs.nameservices", PAIR);
        settings.put("dfs.ha.namenodes." + PAIR, "first,second");
        settings.put(
                "dfs.namenode.rpc-address." + PAIR + ".first",
                cluster.getNameNode(0).getNameNodeAddressHostPortString());
        settings.put(
                "dfs.namenode.rpc-address." + PAIR + ".second",
                cluster.getNameNode(1).getNameNodeAddressHostPortString());
        settings.put(
                "dfs.client.failover.proxy.provider." + PAIR,
                "org.apache.hadoop.hdfs.server.namenode.ha.ConfiguredFailoverProxyProvider");
        return settings;
    }

    /** The URI of a path below the folder. */
    public String uri(String path) {
        return root + "/" + folder + path;
    }

    FileSystem fileSystem() throws IOException {
        return cluster.getFileSystem();
    }

    /** Copies a file or a directory from the local disk to a path below the folder. */
    public void copyIn(Path local, String path) throws IOException {
        fileSystem()
                .copyFromLocalFile(
                        new org.apache.hadoop.fs.Path(local.toUri()), new org.apache.hadoop.fs.Path(uri(path)));
    }

    public boolean exists(String path) throws IOException {
        return fileSystem().exists(new org.apache.hadoop.fs.Path(uri(path)));
    }

    /** Lets the name node refuse all changes, or take them again. */
    public void safeMode(boolean on) throws IOException {
        if (on) {
            NameNodeAdapter.enterSafeMode(cluster.getNameNode(), false);
        } else {
            NameNodeAdapter.leaveSafeMode(cluster.getNameNode());
        }
    }

    /** Stops the name node and starts it at the same address; it has lost nothing. */
    public void restartNameNode() throws IOException {
        cluster.restartNameNode();
    }

    /** Stops the first name node of a pair for good; the second serves from then on. */
    public void failOver() throws IOException {
        cluster.shutdownNameNode(0);
        cluster.transitionToActive(1);
    }

    /** Stops the first data node; the name node is not told. */
    public MiniDFSCluster.DataNodeProperties stopDataNode() {
        return cluster.stopDataNode(0);
    }

    /** Starts all data nodes again that were stopped and waits until the name node knows them. */
    public void startDataNodes(List<MiniDFSCluster.DataNodeProperties> stopped) throws IOException {
        for (MiniDFSCluster.DataNodeProperties node : stopped) {
            cluster.restartDataNode(node, true);
        }
        cluster.waitActive();
    }

    @Override
    public void close() {
        cluster.shutdown();
    }
}
