package io.github.hyenaspark.jobs.exchange;

/** What {@code export} writes a model as. */
enum ExportFormat {
    /** Tensors with the names of safari's PyTorch classes. */
    SAFETENSORS("model.safetensors"),
    /** A file for DL4J's {@code ComputationGraph.load}. */
    DL4J("model.zip");

    private final String file;

    ExportFormat(String file) {
        this.file = file;
    }

    /** Name of the file with the parameters. */
    String file() {
        return file;
    }
}
