package io.github.hyenaspark.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
    private static final String SECTIONS =
            "[bench, checkpoint, compare, data, embed, evaluate, expire, export, fit, generate, import, memory,"
                    + " model, predict, run, score, task, tokenizer, train, vacuum]";

    enum Progress {
        AUTO,
        PLAIN_LINES
    }

    record Outer(double lr, double momentum) {}

    /** A stand-in for a real section, with every kind of component. */
    record Train(
            int localSteps,
            long maxTokens,
            double lr,
            boolean dryRun,
            List<Double> betas,
            String mode,
            Progress progress,
            Outer outer) {
        Train {
            if (localSteps < 1) {
                throw new IllegalArgumentException("local-steps must be 1 or more, found " + localSteps);
            }
        }
    }

    record Data(String input, List<String> validationDocuments) {}

    record Generate(String prompt, double temperature) {}

    private static final String SECTION = """
            test {
              local-steps = 10
              max-tokens = 5000000000
              lr = 2e-3
              dry-run = false
              betas = [0.9, 0.98]
              mode = sync
              progress = plain-lines
              outer { lr = 1.0, momentum = 0.5 }
            }
            """;

    @TempDir
    Path directory;

    private String file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text, UTF_8).toString();
    }

    private Train bound(String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(file("base.conf", SECTION)));
        arguments.addAll(List.of(more));
        return Settings.load(arguments).bind("test", Train.class);
    }

    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    @Test
    void anUnknownSectionIsNamedWithTheArgumentThatHasIt() {
        for (String argument : List.of("trian.rounds=4", "trian.betas=[0.9]")) {
            assertThatThrownBy(() -> Settings.load(List.of(argument)).refuseUnknown())
                    .hasMessageStartingWith("unknown section trian (argument " + argument + ")");
        }
    }

    @Test
    void aSectionBecomesARecord() throws IOException {
        assertThat(bound())
                .isEqualTo(new Train(
                        10,
                        5_000_000_000L,
                        2e-3,
                        false,
                        List.of(0.9, 0.98),
                        "sync",
                        Progress.PLAIN_LINES,
                        new Outer(1.0, 0.5)));
    }

    @Test
    void theLaterArgumentWinsAndTheRestStays() throws IOException {
        String second = file("second.conf", "test { lr = 5, outer.lr = 0.7 }\ntest.mode = deadline\n");
        Train train = bound("test.mode=a", second, "test.local-steps=3", "test.local-steps=4");
        assertThat(train.lr()).isEqualTo(5);
        assertThat(train.outer()).isEqualTo(new Outer(0.7, 0.5));
        assertThat(train.mode()).isEqualTo("deadline");
        assertThat(train.localSteps()).isEqualTo(4);
    }

    @Test
    void literalValuesBindToEveryKindOfComponent() throws IOException {
        Train train = bound(
                "test.local-steps=7",
                "test.lr=1e-3",
                "test.dry-run=true",
                "test.betas=[0.5, 0.75]",
                "test.mode=3",
                "test.progress=auto",
                "test.outer={ lr = 2 }");
        assertThat(train)
                .isEqualTo(new Train(
                        7, 5_000_000_000L, 1e-3, true, List.of(0.5, 0.75), "3", Progress.AUTO, new Outer(2, 0.5)));
    }

    @Test
    void valuesOfArgumentsAreTakenLiterally() {
        Settings settings = Settings.load(List.of(
                "data.input=hdfs://host:9000/a*b",
                "data.validation-documents=[a.txt, \"b c.txt\"]",
                "generate.prompt=Hello {world",
                "generate.temperature=0.5"));
        Data data = Settings.load(List.of("t.input=hdfs://host:9000/a*b", "t.validation-documents=[a.txt]"))
                .bind("t", Data.class);
        assertThat(data).isEqualTo(new Data("hdfs://host:9000/a*b", List.of("a.txt")));
        assertThat(settings.renderSections(List.of("data"))).contains("\"input\":\"hdfs://host:9000/a*b\"");
        assertThat(settings.renderSections(List.of("generate"))).contains("\"prompt\":\"Hello {world\"");
        for (String prompt : List.of("", "a=b", "${HOME}", "\"quoted\"", "1e3", "true", "#no comment", "two\nlines")) {
            assertThat(Settings.load(List.of("t.prompt=" + prompt, "t.temperature=1"))
                            .bind("t", Generate.class))
                    .isEqualTo(new Generate(prompt, 1));
        }
    }

    @Test
    void aTextStaysATextEvenIfItLooksLikeANumber() throws IOException {
        Settings typed = Settings.load(List.of(file("t.conf", "generate.prompt = 1e3"), "run.dir=007"));
        assertThat(typed.renderSections(List.of("generate"))).contains("\"prompt\":\"1e3\"");
        assertThat(typed.renderSections(List.of("run"))).contains("\"dir\":\"007\"");
    }

    @Test
    void elementsOfAListOfTextsStayTextsEvenIfTheyLookLikeNumbers() {
        Settings typed = Settings.load(List.of(
                "data.validation-documents=[0012, 1e3, a]",
                "generate.stop=[1.0, true]",
                "generate.prompts=[007]",
                "compare.rates=[1e-3]"));
        assertThat(typed.renderSections(List.of("data"))).contains("\"validation-documents\":[\"0012\",\"1e3\",\"a\"]");
        assertThat(typed.renderSections(List.of("generate")))
                .contains("\"stop\":[\"1.0\",\"true\"]", "\"prompts\":[\"007\"]");
        assertThat(typed.renderSections(List.of("compare"))).contains("\"rates\":[0.001]");
    }

    @Test
    void anUnknownKeyInAFileIsRefusedWithItsLine() throws IOException {
        String typo = file("typo.conf", "# a comment\ntest {\n  local-step = 3\n}\n");
        refused(
                () -> bound(typo),
                "unknown key test.local-step (" + typo + " line 3); did you mean test.local-steps?; known keys of test:"
                        + " [betas, dry-run, local-steps, lr, max-tokens, mode, outer, progress]");
        String nested = file("nested.conf", "test.outer {\n momentun = 1 }");
        refused(
                () -> bound(nested),
                "unknown key test.outer.momentun (" + nested + " line 2); did you mean test.outer.momentum?; known keys"
                        + " of test.outer: [lr, momentum]");
    }

    @Test
    void anUnknownKeyInAnArgumentIsRefused() {
        refused(
                () -> bound("test.localSteps=3"),
                "unknown key test.localSteps (argument test.localSteps=3); did you mean test.local-steps?; known keys"
                        + " of test: [betas, dry-run, local-steps, lr, max-tokens, mode, outer, progress]");
        refused(
                () -> bound("test.outer={ nesterov = true }"),
                "unknown key test.outer.nesterov (argument test.outer={ nesterov = true }); known keys of test.outer:"
                        + " [lr, momentum]");
    }

    @Test
    void aMissingKeyIsNamed() throws IOException {
        String alone = file("alone.conf", "other { lr = 1 }");
        refused(
                () -> Settings.load(List.of(alone)).bind("other", Outer.class),
                "missing key other.momentum; set it in a file of settings or as the argument other.momentum=VALUE");
        refused(
                () -> Settings.load(List.of()).bind("trian", Outer.class),
                "there is no section trian; did you mean train?; known sections: " + SECTIONS);
    }

    @Test
    void aSingleValueIsAListOfOne() throws IOException {
        assertThat(bound("test.betas=0.9").betas()).containsExactly(0.9);
    }

    @Test
    void othersAreLaidOverThem() throws IOException {
        Settings settings = Settings.load(List.of("train.lr=0.5", "train.rounds=7"));
        Settings changed = settings.with(List.of("train.rounds=8", "model.mixer=hyena"));
        assertThat(changed.render())
                .isEqualTo(
                        Settings.load(List.of("train.lr=0.5", "train.rounds=8")).render());
        assertThat(settings.render())
                .isEqualTo(
                        Settings.load(List.of("train.lr=0.5", "train.rounds=7")).render());
    }

    @Test
    void anIllTypedValueIsShownWithWhatWasExpected() throws IOException {
        String typed = file("typed.conf", "test {\n\n lr = fast\n}");
        refused(() -> bound(typed), "wrong value of test.lr (" + typed + " line 3): found \"fast\", expected a number");
        refused(
                () -> bound("test.local-steps=1.5"),
                "wrong value of test.local-steps (argument test.local-steps=1.5): found \"1.5\", expected a whole"
                        + " number");
        refused(
                () -> bound("test.local-steps=3000000000"),
                "wrong value of test.local-steps (argument test.local-steps=3000000000): found \"3000000000\", expected"
                        + " a whole number from -2147483648 to 2147483647");
        String large = file("large.conf", "test.local-steps = 1000000000000");
        refused(
                () -> bound(large),
                "wrong value of test.local-steps (" + large + " line 1): found 1000000000000, expected a whole number"
                        + " from -2147483648 to 2147483647");
        refused(
                () -> bound("test.local-steps="),
                "wrong value of test.local-steps (argument test.local-steps=): found \"\", expected a whole number");
        refused(
                () -> bound("test.dry-run=yes"),
                "wrong value of test.dry-run (argument test.dry-run=yes): found \"yes\", expected true or false");
        refused(
                () -> bound("test.betas={ first = 0.9 }"),
                "wrong value of test.betas[0] (argument test.betas={ first = 0.9 }): found {first=0.9}, expected a number");
        refused(
                () -> bound("test.betas=[0.9, x]"),
                "wrong value of test.betas[1] (argument test.betas=[0.9, x]): found \"x\", expected a number");
        refused(
                () -> bound("test.outer=1"),
                "wrong value of test.outer (argument test.outer=1): found \"1\", expected a section, as in { KEY ="
                        + " VALUE }");
        String nothing = file("nothing.conf", "test.mode = null");
        refused(
                () -> bound(nothing),
                "wrong value of test.mode (" + nothing + " line 1): found no value, expected text");
        refused(
                () -> bound("test=1"),
                "test is a section, but found it set to \"1\" (argument test=1); set its keys, as in test.KEY=VALUE");
    }

    @Test
    void aWrongEnumShowsTheNames() {
        refused(
                () -> bound("test.progress=plain"),
                "wrong value of test.progress (argument test.progress=plain): found \"plain\", expected one of [auto,"
                        + " plain-lines]");
        refused(
                () -> bound("test.progress=AUTO"),
                "wrong value of test.progress (argument test.progress=AUTO): found \"AUTO\", expected one of [auto,"
                        + " plain-lines]");
    }

    @Test
    void whatARecordRefusesIsReportedWithItsPlace() throws IOException {
        refused(
                () -> bound("test.local-steps=0"),
                "wrong settings in section test: local-steps must be 1 or more, found 0 (argument test.local-steps=0)");
        String zero = file("zero.conf", "test {\n  lr = 1\n  local-steps = 0\n}");
        refused(
                () -> bound(zero),
                "wrong settings in section test: local-steps must be 1 or more, found 0 (" + zero + " line 3)");
    }

    @Test
    void anUnknownSectionIsRefused() throws IOException {
        String typo = file("sections.conf", "\ntrian { lr = 1 }");
        Settings.load(List.of()).refuseUnknown();
        refused(
                () -> Settings.load(List.of(typo)).refuseUnknown(),
                "unknown section trian (" + typo + " line 2); did you mean train?; known sections: " + SECTIONS);
        refused(
                () -> Settings.load(List.of("lr=1")).refuseUnknown(),
                "unknown section lr (argument lr=1); known sections: " + SECTIONS);
    }

    /** Also of a section that the command does not read. */
    @Test
    void anUnknownKeyIsRefused() {
        for (String typo : List.of("run.store-patience-secnds=900", "model.filter.widht=3")) {
            String key = typo.replaceFirst("=.*", "");
            assertThatThrownBy(() -> Settings.load(List.of(typo)).refuseUnknown())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("unknown key " + key + " (argument " + typo + "); did you mean "
                            + key.replace("secnds", "seconds").replace("widht", "width") + "?; known keys of "
                            + key.replaceFirst("[.][^.]*$", "") + ": [");
        }
    }

    @Test
    void filesIncludeFilesBesideThem() throws IOException {
        Files.createDirectories(directory.resolve("sub"));
        file("base.conf", SECTION);
        file("sub/more.conf", "test.local-steps = 5");
        String main = file("main.conf", "include \"base.conf\"\ninclude \"sub/more.conf\"\ntest.lr = 1\n");
        Train train = Settings.load(List.of(main)).bind("test", Train.class);
        assertThat(train.localSteps()).isEqualTo(5);
        assertThat(train.lr()).isEqualTo(1);
        assertThat(train.mode()).isEqualTo("sync");
    }

    @Test
    void anIncludedFileMustBeThere() throws IOException {
        String plain = file("plain.conf", "include \"gone.conf\"\n");
        refused(
                () -> Settings.load(List.of(plain)),
                "cannot include \"gone.conf\": no such file beside the one that includes it");
        String absolute = file("absolute.conf", "include file(\"/gone/gone.conf\")\n");
        refused(() -> Settings.load(List.of(absolute)), "cannot include \"/gone/gone.conf\": no such file");
    }

    @Test
    void theFileThatHasAValueIsKnown() throws IOException {
        String base = file("base.conf", "train { lr = 1, rounds = 2 }");
        String main = file("main.conf", "include \"base.conf\"\ntrain.rounds = 3\n");
        Settings settings = Settings.load(List.of("train.rounds=4", main, "train.workers=5"));
        assertThat(settings.fileOf("train.lr")).hasValue(base);
        assertThat(settings.fileOf("train.rounds")).hasValue(main);
        for (String key : List.of("train.workers", "train.batch-size", "train.none")) {
            assertThat(settings.fileOf(key)).as(key).isEmpty();
        }
    }

    @Test
    void jsonFilesAreReadToo() throws IOException {
        String json = file("a.json", "{\"other\":{\"lr\":0.25,\"momentum\":1}}");
        assertThat(Settings.load(List.of(json)).bind("other", Outer.class)).isEqualTo(new Outer(0.25, 1));
    }

    @Test
    void whatIsNeitherFileNorKeyIsRefused() throws IOException {
        refused(
                () -> Settings.load(List.of("--rounds")),
                "cannot understand the argument \"--rounds\": expected a file that ends in .conf or .json, or key=value"
                        + " such as train.rounds=10");
        refused(
                () -> Settings.load(List.of("/gone/x.conf")),
                "there is no file of settings /gone/x.conf (looked for /gone/x.conf)");
        refused(
                () -> Settings.load(List.of("data.input=[a")),
                "cannot understand the argument data.input=[a: a value that begins with [ or { must be a complete list or"
                        + " object; put text that begins with one into a file, in quotes");
        String broken = file("broken.conf", "train {\n lr = = 1\n}");
        assertThatThrownBy(() -> Settings.load(List.of(broken)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("cannot understand the settings: ")
                .hasMessageContaining("broken.conf: 2");
    }

    @Test
    void equalSettingsRenderEqually() throws IOException {
        String one = file(
                "one.conf", "train { lr = 0.0020, batch-size = 4, clip-norm = 1, rounds = 7, betas = [0.90, 0.98] }");
        String other = Settings.load(
                        List.of("train.batch-size=4", "train.clip-norm=1.0", "train.rounds=7", "train.lr=2e-3"))
                .renderSections(List.of("train"));
        assertThat(Settings.load(List.of(one)).renderSections(List.of("train"))).isEqualTo(other);
        assertThat(other)
                .startsWith("{\"train\":{\"batch-size\":4,\"betas\":[0.9,0.98],\"clip-norm\":1,")
                .contains("\"lr\":0.002,")
                .contains("\"min-lr\":0.0002,");
    }

    @Test
    void renderingIsSortedAndReadBack() {
        Settings settings = Settings.load(List.of("train.lr=5e-4", "generate.prompt=ü \"x\"", "run.dir=/a b"));
        String json = settings.render();
        assertThat(json).startsWith("{\"bench\":{").doesNotContain("\n");
        assertThat(Settings.ofJson(json).render()).isEqualTo(json);
        assertThat(Settings.ofJson("{\"train\":{\"lr\":0.0005}}").renderSections(List.of("train", "model")))
                .isEqualTo(settings.renderSections(List.of("model", "train")));
        refused(
                () -> settings.renderSections(List.of("nothing")),
                "there is no section nothing; known sections: " + SECTIONS);
        assertThatThrownBy(() -> Settings.ofJson("{"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("cannot understand stored settings: stored settings: ");
    }

    @Test
    void numbersThatAreNotFiniteAreRefused() {
        for (String value : List.of("1e999999999", "NaN", "-Infinity", "0x1p3", "1d", "")) {
            refused(
                    () -> bound("test.lr=" + value),
                    "wrong value of test.lr (argument test.lr=" + value + "): found \"" + value
                            + "\", expected a number");
        }
    }

    @Test
    void changesAreWhatDiffersFromTheDefaultsInTheSectionsAskedFor() {
        Settings settings = Settings.load(List.of(
                "train.lr=1e-3",
                "model.d-model=128", // the default
                "data.source.columns=[a, b]",
                "data.input=/a b",
                "run.dir=RUN"));
        assertThat(settings.changes(List.of("train", "model", "data")))
                .containsExactly("data.input=/a b", "data.source.columns=[\"a\",\"b\"]", "train.lr=0.001");
        assertThat(Settings.load(List.of()).changes(List.of("train", "model", "data", "run")))
                .isEmpty();
    }
}
