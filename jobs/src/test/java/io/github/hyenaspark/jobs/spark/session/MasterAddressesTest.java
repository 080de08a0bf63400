package io.github.hyenaspark.jobs.spark.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;

class MasterAddressesTest {
    private final Configuration yarn = new Configuration(false);

    private List<String> addresses() {
        return MasterAddresses.ofYarn(yarn).addresses();
    }

    @Test
    void aResourceManagerIsFoundByItsAddressElseByItsHost() {
        yarn.set("yarn.resourcemanager.hostname", "a");
        assertThat(addresses()).containsExactly("a:8032");
        yarn.set("yarn.resourcemanager.address", "b:1");
        assertThat(addresses()).containsExactly("b:1");
        yarn.set("yarn.resourcemanager.address", "c");
        assertThat(addresses()).containsExactly("c:8032");
        assertThat(MasterAddresses.ofYarn(yarn).areUnset()).isFalse();
    }

    @Test
    void eachOfSeveralResourceManagersIsFound() {
        yarn.set("yarn.resourcemanager.ha.enabled", "true");
        yarn.set("yarn.resourcemanager.ha.rm-ids", "rm1, rm2");
        yarn.set("yarn.resourcemanager.hostname.rm1", "a");
        yarn.set("yarn.resourcemanager.address.rm2", "b:1");
        assertThat(addresses()).containsExactly("a:8032", "b:1");
    }

    @Test
    void theDefaultOfHadoopIsNoAddress() {
        assertThat(MasterAddresses.ofYarn(yarn).areUnset()).isTrue();
        assertThat(MasterAddresses.ofYarn(new Configuration()).areUnset()).isTrue();
    }

    @Test
    void anAddressWithoutAPortThatIsANumberIsRefused() {
        yarn.set("yarn.resourcemanager.address", "a:b");
        assertThatThrownBy(this::addresses)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("yarn.resourcemanager.address: found a:b, expected HOST:PORT");
    }

    @Test
    void oneOfSeveralAnswers() throws IOException {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String here = "127.0.0.1:" + server.getLocalPort();
            assertThat(new MasterAddresses(List.of("127.0.0.1:1", here)).unreachable(0))
                    .isEmpty();
        }
    }

    @Test
    void aHostThatIsUnknownIsNamed() {
        assertThat(new MasterAddresses(List.of("no-such-host.invalid:1")).unreachable(0))
                .contains("the host no-such-host.invalid is unknown");
    }

    @Test
    void aPortWhereNobodyListensIsToldInTheSameWordsOnEveryJdk() {
        assertThat(new MasterAddresses(List.of("127.0.0.1:1")).unreachable(0)).contains("Connection refused");
    }
}
