package io.github.hyenaspark.jobs.spark.session;

import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.jobs.spark.task.LocalMaster;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.conf.YarnConfiguration;

/**
 * Where a standalone master or YARN's resource manager listens, {@code HOST:PORT} each; one of several answers. Spark
 * itself asks for minutes, a quarter of an hour on YARN.
 */
record MasterAddresses(List<String> addresses) {
    static final String STANDALONE = "spark://";
    static final long SECONDS = 8;
    private static final int CONNECT_MILLIS = 5000;
    private static final Pattern ADDRESS = Pattern.compile(".+:([1-5]?\\d{1,4}|6[0-4]\\d{3}|65[0-4]\\d\\d)");
    /** Before the reason stands its class, and after it, on some JDKs, the call that failed. */
    private static final Pattern BESIDE_REASON = Pattern.compile("^\\S+: | \\(connect failed\\)$");

    private static final String NOWHERE = "0.0.0.0"; // the default of Hadoop

    MasterAddresses {
        addresses = List.copyOf(addresses);
    }

    /** Those of {@code spark://HOST:PORT,...}; refuses another form. */
    static MasterAddresses ofStandalone(String master) {
        List<String> addresses = List.of(master.substring(STANDALONE.length()).split(",", -1));
        for (String address : addresses) {
            Refusal.unless(ADDRESS.matcher(address).matches(), "--master", master, LocalMaster.EXPECTED);
        }
        return new MasterAddresses(addresses);
    }

    /** Those of the resource managers in Hadoop's settings; refuses another form than {@code HOST:PORT}. */
    static MasterAddresses ofYarn(Configuration hadoop) {
        var yarn = new YarnConfiguration(hadoop);
        boolean several = yarn.getBoolean(YarnConfiguration.RM_HA_ENABLED, false);
        Collection<String> ids = several ? yarn.getTrimmedStringCollection(YarnConfiguration.RM_HA_IDS) : List.of("");
        List<String> addresses = new ArrayList<>();
        for (String id : ids) {
            String suffix = id.isEmpty() ? "" : "." + id;
            String host = yarn.getTrimmed(YarnConfiguration.RM_HOSTNAME + suffix, NOWHERE);
            String address = yarn.getTrimmed(YarnConfiguration.RM_ADDRESS + suffix, host);
            String whole = address.contains(":") ? address : address + ":" + YarnConfiguration.DEFAULT_RM_PORT;
            Refusal.unless(ADDRESS.matcher(whole).matches(), YarnConfiguration.RM_ADDRESS + suffix, whole, "HOST:PORT");
            addresses.add(whole);
        }
        return new MasterAddresses(addresses);
    }

    /** Whether nobody has said where the resource manager is; it may still be on this machine. */
    boolean areUnset() {
        return addresses.stream().allMatch(address -> address.startsWith(NOWHERE + ":"));
    }

    /** Why none has answered for so many seconds, asked once at least; empty once one does. */
    Optional<String> unreachable(long seconds) {
        String found = "";
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (true) {
            for (String address : addresses) {
                int colon = address.lastIndexOf(':');
                int port = Integer.parseInt(address.substring(colon + 1));
                try (var socket = new Socket()) {
                    socket.connect(new InetSocketAddress(address.substring(0, colon), port), CONNECT_MILLIS);
                    return Optional.empty();
                } catch (UnknownHostException e) {
                    found = "the host " + address.substring(0, colon) + " is unknown";
                } catch (IOException e) {
                    found = BESIDE_REASON.matcher(e.toString()).replaceAll("");
                }
            }
            if (System.nanoTime() > end) {
                return Optional.of(found);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(CONNECT_MILLIS / 5));
        }
    }
}
