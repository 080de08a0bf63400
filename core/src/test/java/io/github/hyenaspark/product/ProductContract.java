package io.github.hyenaspark.product;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** What holds for every kernel. */
public abstract class ProductContract {
    private static final int CASES = 80;
    private static final long SEED = 20261128;

    /** Chains of 512 and at most five sums, each within 2^-24: the bound of the error analysis, to first order. */
    private static final double LARGEST_ERROR = (512 + 5) * 0x1p-24;

    private final Product product;

    protected ProductContract(TileKernel kernel) {
        product = new Product(kernel);
    }

    @Test
    void everyElementIsTheDefinedChain() {
        Random random = new Random(SEED);
        for (int number = 0; number < CASES; number++) {
            ProductCase given = ProductCase.random(random);
            assertThat(given.run(product))
                    .as("case %d of seed %d: %s", number, SEED, given)
                    .isEqualTo(given.expected());
        }
    }

    @Test
    void staysCloseToTheProductInDouble() {
        Random random = new Random(SEED + 1);
        for (int number = 0; number < CASES / 4; number++) {
            ProductCase given = ProductCase.random(random);
            assertThat(given.largestError(given.run(product)))
                    .as("case %d of seed %d: %s", number, SEED + 1, given)
                    .isLessThan(LARGEST_ERROR);
        }
    }

    @Test
    void partsGiveTheBitsOfTheWhole() {
        Random random = new Random(SEED + 2);
        for (int number = 0; number < CASES / 4; number++) {
            ProductCase given = ProductCase.random(random);
            int cut = random.nextInt(given.c().rows() + 1);
            HeapFloats parts = ProductCase.floats(given.c()).copy();
            for (ProductCase part : new ProductCase[] {
                given.rows(0, cut, parts), given.rows(cut, given.c().rows(), parts)
            }) {
                float[] result = part.c().rows() == 0 ? parts.values() : part.run(product);
                System.arraycopy(result, 0, parts.values(), 0, result.length);
            }
            assertThat(parts.values())
                    .as("case %d of seed %d: %s, cut at row %d", number, SEED + 2, given, cut)
                    .isEqualTo(given.run(product));
        }
    }

    @Test
    void manyRowsArePackedInParts() {
        Random random = new Random(SEED + 3);
        int rows = Panels.MOST_ROWS + 7;
        HeapFloats a = HeapFloats.random(rows * 3, random);
        HeapFloats b = HeapFloats.random(3 * 2, random);
        HeapFloats c = HeapFloats.random(rows * 2, random);
        var given = new ProductCase(
                new Operand(a, 0, rows, 3, 3, false),
                new Operand(b, 0, 3, 2, 2, false),
                new Operand(c, 0, rows, 2, 2, false),
                true);
        assertThat(given.run(product)).isEqualTo(given.expected());
    }

    @Test
    void withoutAnInnerDimensionTheProductIsZero() {
        HeapFloats none = new HeapFloats(new float[0]);
        HeapFloats c = HeapFloats.random(6, new Random(SEED));
        Operand target = new Operand(c, 0, 2, 3, 3, false);
        product.set(new Operand(none, 0, 2, 0, 0, false), new Operand(none, 0, 0, 3, 3, false), target);
        assertThat(c.values()).containsOnly(0f);
    }

    @Test
    void theGramIsTheUpperTriangleOfTheProduct() {
        Random random = new Random(SEED + 4);
        for (int rows : new int[] {1, 5, 70, 300}) {
            for (int columns : new int[] {3, 600}) {
                HeapFloats values = HeapFloats.random(rows * columns, random);
                Operand a = new Operand(values, 0, rows, columns, columns, false);
                HeapFloats found = HeapFloats.random(rows * rows, random);
                HeapFloats expected = found.copy();
                HeapFloats whole = found.copy();
                product.set(a, a.t(), new Operand(whole, 0, rows, rows, rows, false));
                for (int i = 0; i < rows; i++) {
                    System.arraycopy(whole.values(), i * rows + i, expected.values(), i * rows + i, rows - i);
                }
                product.setUpperGram(a, new Operand(found, 0, rows, rows, rows, false));
                assertThat(found.values()).as("%d rows of %d", rows, columns).isEqualTo(expected.values());
            }
        }
    }

    @Test
    void refusesShapesThatDoNotFit() {
        HeapFloats values = HeapFloats.random(12, new Random(SEED));
        Operand a = new Operand(values, 0, 3, 4, 4, false);
        Operand c = new Operand(values, 0, 3, 3, 3, false);
        assertThatThrownBy(() -> product.set(a, a, c))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cannot put 3×4 times 3×4 into 3×3");
        assertThatThrownBy(() -> product.setUpperGram(a.t(), c))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cannot put 4×3 times 3×4 into 3×3");
    }
}
