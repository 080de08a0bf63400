package io.github.hyenaspark.data.document;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;

/**
 * A user's own cleaning of texts, such as the removal of personal data or a language check. An implementation has a
 * public constructor without parameters, is named in
 * {@code META-INF/services/io.github.hyenaspark.data.document.DocumentStep} of its jar, and applies if its name is in
 * {@code data.clean.steps}. It is created once per work unit and used by one thread.
 */
public interface DocumentStep {
    /** Its name in the settings. */
    String name();

    /** Changes whenever the step would give other text; part of the dataset's fingerprint. */
    String version();

    /**
     * The cleaned text, UTF-8 as {@code text} is; closing it closes {@code text}, which may exceed memory, so read it
     * on demand. Override its read of blocks: the one of {@link InputStream} hides exceptions after the first byte.
     *
     * @throws RejectedDocumentException if the document is to be left out; the returned stream may throw it, until its
     *     end
     */
    InputStream apply(Document document, InputStream text) throws IOException;

    /** The steps of these names, in order, by the context class loader; refuses unknown or unusable ones. */
    static List<DocumentStep> named(List<String> names) {
        if (names.isEmpty()) {
            return List.of();
        }
        Map<String, DocumentStep> known = new TreeMap<>();
        try {
            ServiceLoader.load(DocumentStep.class).forEach(step -> known.put(step.name(), step));
        } catch (ServiceConfigurationError e) {
            throw new IllegalArgumentException("data.clean.steps: a jar names a step that cannot be made: " + e, e);
        }
        List<DocumentStep> steps = new ArrayList<>();
        for (String name : names) {
            DocumentStep step = known.get(name);
            if (step == null) {
                throw new IllegalArgumentException("data.clean.steps: found " + name + ", expected names of "
                        + known.keySet() + "; is the jar with the step on the class path?");
            }
            steps.add(step);
        }
        return List.copyOf(steps);
    }

    /** A text after all these steps. A {@link RejectedDocumentException} names its step first in its reason. */
    static InputStream applyAll(List<DocumentStep> steps, Document document, InputStream text) throws IOException {
        InputStream cleaned = text;
        for (DocumentStep step : steps) {
            try {
                cleaned = new RejectedDocumentException.NamingInput(step.name(), step.apply(document, cleaned));
            } catch (RejectedDocumentException e) {
                throw e.by(step.name());
            }
        }
        return cleaned;
    }
}
