package io.github.hyenaspark.data.bench;

/**
 * How fast tokenizers are on one core, in MB (10^6 bytes) of input a second of CPU time.
 *
 * @param bytes the byte tokenizer
 * @param dna the nucleotide tokenizer
 * @param shortDocuments GPT-2 on documents of 4 KiB
 * @param longDocuments GPT-2 on documents of 1 MiB
 */
public record TokenSpeeds(double bytes, double dna, Gpt2Speeds shortDocuments, Gpt2Speeds longDocuments) {
    /**
     * GPT-2's tokenizer and what it rests on, measured in turns on the same documents.
     *
     * @param ours the tokenizer, from bytes in UTF-8 to ids in a sink
     * @param jtokkit jtokkit alone, from strings that are there to its lists of ids
     */
    public record Gpt2Speeds(double ours, double jtokkit) {}
}
