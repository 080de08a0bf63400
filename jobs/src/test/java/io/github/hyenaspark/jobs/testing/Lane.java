package io.github.hyenaspark.jobs.testing;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/**
 * Tests that Maven runs together.
 *
 * @param profile that runs them; {@code verify} for none
 * @param included tags of which a test has one; empty for any
 * @param excluded tags of which it has none
 */
public record Lane(String profile, Set<String> included, Set<String> excluded) {
    public static final String VERIFY = "verify";

    private static final String INCLUDED = "included.tests";
    private static final String EXCLUDED = "excluded.tests";

    public boolean runs(Set<String> tags) {
        return (included.isEmpty() || tags.stream().anyMatch(included::contains))
                && tags.stream().noneMatch(excluded::contains);
    }

    /** As the parent's {@code pom.xml} has them: the properties of the project, then those of each profile. */
    public static List<Lane> all() throws Exception {
        Path pom = Path.of(System.getProperty("basedir", "."), "..", "pom.xml");
        Element project;
        try (InputStream in = Files.newInputStream(pom)) {
            project = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(in)
                    .getDocumentElement();
        }
        List<Lane> lanes = new ArrayList<>(List.of(new Lane(VERIFY, tags(project, INCLUDED), tags(project, EXCLUDED))));
        NodeList profiles = project.getElementsByTagName("profile");
        for (int i = 0; i < profiles.getLength(); i++) {
            Element profile = (Element) profiles.item(i);
            if (profile.getElementsByTagName(INCLUDED).getLength() > 0) {
                lanes.add(new Lane(text(profile, "id"), tags(profile, INCLUDED), tags(profile, EXCLUDED)));
            }
        }
        return lanes;
    }

    /** The profile of the only lane that runs a test. */
    public static String of(Set<String> tags, List<Lane> lanes) {
        List<String> found = lanes.stream()
                .filter(lane -> lane.runs(tags))
                .map(Lane::profile)
                .toList();
        if (found.size() != 1) {
            throw new IllegalStateException("found the lanes " + found + " for the tags " + tags + ", expected one");
        }
        return found.get(0);
    }

    private static Set<String> tags(Element element, String property) {
        Set<String> tags = new TreeSet<>(List.of(text(element, property).split("[|\\s]+")));
        tags.remove("");
        return tags;
    }

    /** Of the first element of that name: the project's own properties come before those of its profiles. */
    private static String text(Element element, String name) {
        Node found = element.getElementsByTagName(name).item(0);
        return found.getTextContent().strip();
    }
}
