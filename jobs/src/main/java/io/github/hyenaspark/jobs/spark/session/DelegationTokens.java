package io.github.hyenaspark.jobs.spark.session;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.deploy.security.HadoopDelegationTokenManager;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.cluster.CoarseGrainedClusterMessages.UpdateDelegationTokens;
import org.apache.spark.scheduler.cluster.StandaloneSchedulerBackend;

/**
 * What the executors of a standalone master or a local cluster read a secured HDFS with. Spark's own manager of tokens
 * fetches them with the keytab, and new ones before they end, but Spark starts it on YARN and Kubernetes only. The file
 * systems are {@code fs.defaultFS} and those of {@code spark.kerberos.access.hadoopFileSystems}.
 */
final class DelegationTokens implements AutoCloseable {
    /** Who may renew a token: Hadoop wants someone named, though nobody renews what is fetched anew. */
    private static final String RENEWER = "yarn.resourcemanager.principal";

    private static final String PRINCIPAL = "spark.kerberos.principal";

    /** Executors come many at once, and each hand-out is for all of them. */
    private static final int GATHERING_SECONDS = 1;

    private final Optional<HadoopDelegationTokenManager> manager;

    private DelegationTokens(Optional<HadoopDelegationTokenManager> manager) {
        this.manager = manager;
    }

    /** For a session that belongs to someone else. */
    static DelegationTokens none() {
        return new DelegationTokens(Optional.empty());
    }

    /**
     * Hands tokens out until it is closed, if Hadoop wants Kerberos, the user has a keytab and Spark itself does not.
     */
    static DelegationTokens handOut(SparkContext context) {
        if (!UserGroupInformation.isSecurityEnabled()
                || !(context.schedulerBackend() instanceof StandaloneSchedulerBackend backend)) {
            return none();
        }
        SparkConf conf = context.getConf();
        Configuration hadoop = SparkHadoopUtil.get().newConfiguration(conf);
        hadoop.setIfUnset(RENEWER, conf.get(PRINCIPAL, ""));
        var manager = new HadoopDelegationTokenManager(conf, hadoop, backend.driverEndpoint());
        if (!manager.renewalEnabled()) {
            return none();
        }
        context.addSparkListener(new Latecomers(context, backend));
        manager.start();
        return new DelegationTokens(Optional.of(manager));
    }

    /**
     * Spark gives an executor the tokens of the moment when it asks for its settings, and new ones if it has
     * registered. One that registers between the two has old ones or none, so whoever registers gets them again.
     */
    private static final class Latecomers extends SparkListener {
        private final SparkContext context;
        private final StandaloneSchedulerBackend backend;
        private final AtomicBoolean gathering = new AtomicBoolean();

        Latecomers(SparkContext context, StandaloneSchedulerBackend backend) {
            this.context = context;
            this.backend = backend;
        }

        @Override
        public void onExecutorAdded(SparkListenerExecutorAdded added) {
            if (gathering.compareAndSet(false, true)) {
                CompletableFuture.delayedExecutor(GATHERING_SECONDS, TimeUnit.SECONDS)
                        .execute(this::handOutAgain);
            }
        }

        private void handOutAgain() {
            gathering.set(false);
            byte[] tokens = backend.currentDelegationTokens();
            if (tokens != null && !context.isStopped()) {
                backend.driverEndpoint().send(new UpdateDelegationTokens(tokens));
            }
        }
    }

    @Override
    public void close() {
        manager.ifPresent(HadoopDelegationTokenManager::stop);
    }
}
