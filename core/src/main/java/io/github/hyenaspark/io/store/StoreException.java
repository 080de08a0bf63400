package io.github.hyenaspark.io.store;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A store or a disk refused, or did not answer. The message says which path, where, why and what to do. */
public final class StoreException extends IOException {
    private static final long serialVersionUID = 1;
    private static final Pattern STATUS = Pattern.compile("Status Code: (\\d+)");

    private final Reason reason;

    StoreException(String uri, String place, Reason reason, String words, Throwable cause) {
        super(uri + (place.isEmpty() ? "" : " at " + place) + ": " + words + "; " + reason.advice, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    /** A failure and its causes, outermost first. */
    public static List<Throwable> causes(Throwable failure) {
        List<Throwable> causes = new ArrayList<>();
        for (Throwable at = failure; at != null && !causes.contains(at); at = at.getCause()) {
            causes.add(at);
        }
        return causes;
    }

    /** Reasons in the order in which they are looked for, by the classes and words of Java, Hadoop and S3. */
    public enum Reason {
        NO_CREDENTIALS(
                true,
                "no credentials were found",
                "set spark.hadoop.fs.s3a.access.key and spark.hadoop.fs.s3a.secret.key, or what else"
                        + " fs.s3a.aws.credentials.provider reads",
                "NoAuthWithAWSException|NoAwsCredentialsException|CredentialInitializationException"
                        + "|Unable to load credentials"),
        NO_TICKET(
                true,
                "it wants Kerberos, and this process has no ticket and no token for it",
                "run kinit, or add -- --principal NAME --keytab FILE to a command that runs on Spark; if it is an executor"
                        + " that says so, see Kerberos in docs/clusters.md",
                "cannot authenticate via:\\[|Failed to find any Kerberos tgt|SIMPLE authentication is not enabled"),
        NO_BUCKET(
                true,
                "there is no such bucket",
                "create it, or correct its name or the endpoint (spark.hadoop.fs.s3a.endpoint)",
                "UnknownStoreException|NoSuchBucket|The specified bucket does not exist"),
        WRONG_REGION(
                true,
                "the bucket is in another region, or at another endpoint",
                "set spark.hadoop.fs.s3a.endpoint and spark.hadoop.fs.s3a.endpoint.region",
                "AWSRedirectException|PermanentRedirect|AuthorizationHeaderMalformed|Status Code: 301"),
        EXPIRED_TOKEN(
                true,
                "access was refused: the session token has expired or is wrong",
                "get new temporary credentials, then run the same command again",
                "ExpiredToken|(?<!SecretManager\\$)\\bInvalidToken\\b|token has expired|token (?:included in the request|provided)"
                        + " is invalid"),
        WRONG_KEY(
                true,
                "access was refused: the key or the secret is wrong",
                "correct spark.hadoop.fs.s3a.access.key and spark.hadoop.fs.s3a.secret.key",
                "InvalidAccessKeyId|SignatureDoesNotMatch"),
        REFUSED(
                true,
                "access was refused",
                "check the key and secret (spark.hadoop.fs.s3a.access.key, .secret.key) and what they may do there",
                "Status Code: 40[13]|\\b403 Forbidden\\b|\\bForbidden \\("),
        FULL(
                true,
                "there is no space left",
                "free some, raise the quota, or choose another directory",
                "No space left on device|Disk quota exceeded|QuotaExceededException|DiskOutOfSpaceException"
                        + "|Status Code: 507|XMinioStorageFull"),
        READ_ONLY(
                true,
                "the file system is read-only",
                "choose another directory, or mount it for writing",
                "Read-only file system|ReadOnlyFileSystemException"),
        NO_LINKS(
                true,
                "the disk has no hard links, which make creation exclusive",
                "choose a directory on another file system",
                "no hard links"),
        NO_PERMISSION(
                true,
                "permission denied",
                "let this user read and write there, or choose another directory",
                "AccessDeniedException|AccessControlException|Permission denied|Operation not permitted"),
        UNKNOWN_HOST(
                false,
                "the name of the host is unknown",
                "check the host in the URI, or of S3 in spark.hadoop.fs.s3a.endpoint, and HADOOP_CONF_DIR and the network",
                "UnknownHostException"),
        SAFE_MODE(
                false,
                "its name node is in safe mode",
                "wait until it has left that, or see its log, then run the same command again",
                "SafeModeException"),
        NO_DATA_NODE(
                false,
                "none of its data nodes takes or has the block",
                "see whether they run, have space and are not excluded, then run the same command again",
                "could only be (?:written|replicated) to 0 |All datanodes .* are bad|BlockMissingException"
                        + "|does not have enough number of replicas|Unable to create new block"
                        + "|Could not get block locations|Failed to replace a bad datanode|NotReplicatedYetException"),
        UNREACHABLE(
                false,
                "it does not answer",
                "check that the server runs and that its address is right, then run the same command again",
                "ConnectException|ConnectTimeoutException|SocketTimeoutException|NoRouteToHostException"
                        + "|Connection (?:refused|reset)|timed? ?out|NoHttpResponseException|SocketException"
                        + "|ClosedChannelException|EOFException: End of File Exception between"
                        + "|Status Code: 50[0234]|RetriableException|StandbyException"
                        + "|ApiCallTimeoutException|RejectedExecutionException");

        private final boolean forPerson;
        private final String words;
        private final String advice;
        private final Pattern found;

        Reason(boolean forPerson, String words, String advice, String found) {
            this.forPerson = forPerson;
            this.words = words;
            this.advice = advice;
            this.found = Pattern.compile(found);
        }

        /** Whether only a person can mend it, outside this program: trying again does not help. */
        public boolean isForPerson() {
            return forPerson;
        }

        /** What an exception and its causes come down to; empty if they are an answer, or a mistake of another kind. */
        public static Optional<Reason> of(Throwable failure) {
            List<Throwable> causes = causes(failure);
            if (causes.stream().noneMatch(IOException.class::isInstance)) {
                return Optional.empty();
            }
            for (Reason reason : values()) {
                for (Throwable cause : causes) {
                    if (!isMissing(cause)
                            && reason.found.matcher(cause.toString()).find()) {
                        return Optional.of(reason);
                    }
                }
            }
            return Optional.empty();
        }

        /** Java says with one exception that there is no file, and that it may not be opened. */
        private static boolean isMissing(Throwable cause) {
            return cause.getClass() == FileNotFoundException.class
                    && !String.valueOf(cause.getMessage()).endsWith(")");
        }

        /** A failure that came without its path, in one sentence. */
        public String tell(Throwable failure) {
            return words(failure) + ": " + failure.getMessage() + "; " + advice;
        }

        /** The words of the failure itself where they say more, such as the number of an HTTP status. */
        String words(Throwable failure) {
            for (Throwable cause : causes(failure)) {
                Matcher status = STATUS.matcher(String.valueOf(cause.getMessage()));
                if (status.find()) {
                    return words + " (HTTP " + status.group(1) + ")";
                }
            }
            return words;
        }
    }
}
