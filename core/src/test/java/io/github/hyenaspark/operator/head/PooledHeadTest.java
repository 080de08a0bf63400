package io.github.hyenaspark.operator.head;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PooledHeadTest {
    /**
     * What is live at a time cannot exceed what is allocated in all, and of that about a half is, the longer the
     * sequence or the more outputs there are.
     */
    @ParameterizedTest
    @CsvSource({"2, 1, 1, 4096", "2, 1, 2, 4096", "2, 8, 2, 16384", "5000, 8, 1, 64", "5000, 4, 2, 512"})
    void itsHeapIsPartOfWhatAStepOfOneDocumentAllocates(int outputs, int parts, int readings, int length) {
        int width = 16;
        var config =
                new LabelHead(LabelHead.Task.CLASSIFICATION, outputs, LabelHead.Pooling.ATTENTION, parts, readings, 0);
        var head = new PooledHead<>(config, width, new PooledHead.Doubles());
        double[] input = new double[readings * width * length];
        ForwardContext<double[]> pass = ForwardContext.of(
                readings,
                length,
                arrays(width, outputs, width * parts * readings),
                arrays(width, outputs, width * parts * readings));
        int[] lengths = new int[readings];
        Arrays.fill(lengths, length);
        var labels = new LabelHead.Labels(lengths, new double[1], new double[] {1});
        double[] inputGradient = new double[input.length];
        head.gradient(input, labels, inputGradient, pass); // loads classes
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        head.gradient(input, labels, inputGradient, pass);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(PooledHead.heapBytes(config, width, length)).isBetween(allocated * 2 / 5, allocated);
    }

    private static Map<String, double[]> arrays(int width, int outputs, int joined) {
        Map<String, double[]> arrays = new HashMap<>();
        arrays.put("norm.weight", new double[width]);
        arrays.put("norm.bias", new double[width]);
        arrays.put("query", new double[width]);
        arrays.put("output.weight", new double[outputs * joined]);
        arrays.put("output.bias", new double[outputs]);
        return arrays;
    }
}
