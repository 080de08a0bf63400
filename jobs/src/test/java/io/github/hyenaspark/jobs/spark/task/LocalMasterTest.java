package io.github.hyenaspark.jobs.spark.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LocalMasterTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "local | true | 1",
                "local[3] | true | 3",
                "local[3,2] | true | 3",
                "local[3 , 2] | true | 3",
                "local-cluster[4,2,512] | false | 2",
                "local-cluster[ 4 , 2 , 512 ] | false | 2"
            })
    void coresAreReadAsSparkReadsThem(String master, boolean isOneProcess, int cores) {
        assertThat(LocalMaster.of(master)).contains(new LocalMaster(isOneProcess, cores));
    }

    @ParameterizedTest
    @ValueSource(strings = {"local[*]", "local[*,3]"})
    void aStarIsEveryProcessor(String master) {
        assertThat(LocalMaster.of(master))
                .contains(new LocalMaster(true, Runtime.getRuntime().availableProcessors()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"spark://local:7077", "yarn", "k8s://https://host", "localhost", "nowhere"})
    void otherMastersAreElsewhere(String master) {
        assertThat(LocalMaster.of(master)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"local[x]", "local[2", "local[]", "local[-1]", "local-cluster[1,2]", "local-cluster"})
    void whatSparkCouldNotReadIsRefused(String master) {
        assertThatThrownBy(() -> LocalMaster.of(master))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--master: found " + master + ", expected " + LocalMaster.EXPECTED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"local[0]", "local[99999999999]", "local[2,0]", "local[*,99999999999]", "local-cluster[1,0,9]"})
    void numbersThatNoMachineHasAreRefused(String master) {
        assertThatThrownBy(() -> LocalMaster.of(master))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--master: found " + master + ", expected " + LocalMaster.EXPECTED
                        + ", with numbers from 1 to 999999999");
    }

    @Test
    void theDefaultMasterIsHere() {
        assertThat(LocalMaster.of(MemoryNeeds.DEFAULT_MASTER)).isPresent();
    }
}
