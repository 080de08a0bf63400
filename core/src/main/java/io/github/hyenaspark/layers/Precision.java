package io.github.hyenaspark.layers;

import io.github.hyenaspark.operator.tensor.FloatArray;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** How operators see the arrays of FLOAT, as {@link FloatArray} in shared memory, and DOUBLE, as copies. */
interface Precision<A> {
    A view(INDArray array);

    /** Makes what a map wrote into {@code values} visible in {@code array}. */
    void store(A values, INDArray array);

    default Map<String, A> view(Map<String, INDArray> arrays) {
        Map<String, A> views = new LinkedHashMap<>();
        arrays.forEach((name, array) -> views.put(name, view(array)));
        return views;
    }

    default void store(Map<String, A> values, Map<String, INDArray> arrays) {
        values.forEach((name, value) -> {
            INDArray array = arrays.get(name);
            if (array != null) {
                store(value, array);
            }
        });
    }

    final class Floats implements Precision<FloatArray> {
        @Override
        public FloatArray view(INDArray array) {
            return FloatArray.of(array);
        }

        @Override
        public void store(FloatArray values, INDArray array) {
            // the memory is the array's own
        }
    }

    final class Doubles implements Precision<double[]> {
        @Override
        public double[] view(INDArray array) {
            return array.reshape(array.length()).toDoubleVector();
        }

        @Override
        public void store(double[] values, INDArray array) {
            array.assign(Nd4j.createFromArray(values).reshape('c', array.shape()));
        }
    }
}
