package io.github.hyenaspark.io.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.io.store.StoreException.Reason;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sentences of Hadoop's clients and of S3. */
class StoreExceptionTest {
    @ParameterizedTest
    @CsvSource({
        "NO_DATA_NODE, Unable to close file because the last block BP-1 does not have enough number of replicas.",
        "NO_DATA_NODE, Unable to create new block.",
        "NO_DATA_NODE, 'Could not get block locations. Source file \"/x\" - Aborting...'",
        "NO_DATA_NODE, Failed to replace a bad datanode on the existing pipeline due to no more good datanodes",
        "NO_DATA_NODE, org.apache.hadoop.hdfs.server.namenode.NotReplicatedYetException: Not replicated yet: /x",
        "EXPIRED_TOKEN, 'The provided token has expired. (Service: S3, Status Code: 400, Request ID: 1):ExpiredToken'",
        "EXPIRED_TOKEN, 'The provided token is malformed (Service: S3, Status Code: 400, Request ID: 1):InvalidToken'",
        "WRONG_REGION, 'wrong; expecting eu-west-1 (Service: S3, Status Code: 400):AuthorizationHeaderMalformed'",
        "NO_LINKS, '/mnt/a: no hard links (Operation not permitted)'",
        "WRONG_KEY, 'does not match (Service: S3, Status Code: 403, Request ID: 1):SignatureDoesNotMatch'"
    })
    void aReasonIsKnownByItsWords(Reason expected, String sentence) {
        assertThat(Reason.of(new IOException(sentence))).contains(expected);
    }

    @Test
    void aTokenOfHadoopIsNoneOfS3() {
        String sentence = "org.apache.hadoop.security.token.SecretManager$InvalidToken: token for hyena can't be found";
        assertThat(Reason.of(new IOException(sentence))).isEmpty();
    }
}
