package io.github.hyenaspark.jobs.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.Core;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.apache.logging.log4j.core.config.plugins.Plugin;
import org.apache.logging.log4j.core.config.plugins.PluginAttribute;
import org.apache.logging.log4j.core.config.plugins.PluginFactory;

/**
 * Writes no log: when its process logs the message of a {@link NamedPoint}, it kills the process or holds the thread.
 * The point is in system properties, by {@link NamedPoint#flags}; without them nothing happens. Log4j finds this class
 * by the {@code packages} of {@code log4j2-points.properties}.
 */
@Plugin(name = "Killing", category = Core.CATEGORY_NAME, elementType = Appender.ELEMENT_TYPE)
public final class KillingAppender extends AbstractAppender {
    static final String EFFECT = "hyena.kill.effect";
    static final String AT = "hyena.kill.at";
    static final String MATCH = "hyena.kill.count";
    static final String TIMES = "hyena.kill.times";
    static final String MARKER = "hyena.kill.marker";

    private static final String NOTHING = "(?!)";

    private final Pattern message = Pattern.compile(System.getProperty(AT, NOTHING));
    private final int match = Integer.getInteger(MATCH, 1);
    private final int times = Integer.getInteger(TIMES, 1);
    private final Path marker = Path.of(System.getProperty(MARKER, ""));
    private final boolean kills = NamedPoint.Effect.KILL.name().equals(System.getProperty(EFFECT));
    private final AtomicInteger matches = new AtomicInteger();

    private KillingAppender(String name) {
        super(name, null, null, false, Property.EMPTY_ARRAY);
    }

    /** What Log4j calls. */
    @PluginFactory
    public static KillingAppender create(@PluginAttribute("name") String name) {
        return new KillingAppender(name);
    }

    @Override
    public void append(LogEvent event) {
        String said = event.getMessage().getFormattedMessage();
        if (!message.matcher(said).find() || matches.incrementAndGet() != match) {
            return;
        }
        try {
            if (!NamedPoint.take(marker, times, said)) {
                return;
            }
            if (kills) {
                kill();
            } else {
                NamedPoint.awaitRelease(marker);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot mark the point " + marker, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** No shutdown hook runs, and this thread gets no further. */
    private static void kill() throws IOException, InterruptedException {
        String self = Long.toString(ProcessHandle.current().pid());
        new ProcessBuilder("/bin/sh", "-c", "kill -9 " + self).start().waitFor();
        new CountDownLatch(1).await();
    }
}
