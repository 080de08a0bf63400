package io.github.hyenaspark.io;

import java.util.Optional;
import java.util.ServiceLoader;
import org.slf4j.helpers.MessageFormatter;

/** Places where tests end a process, hold a thread or note what was read; without an observer they do nothing. */
public final class TestPoint {
    /** Is told of every point that its process reaches, by the thread itself; a {@link ServiceLoader} finds it. */
    @FunctionalInterface
    public interface Observer {
        void reached(String point);
    }

    private static final Optional<Observer> OBSERVER =
            ServiceLoader.load(Observer.class, TestPoint.class.getClassLoader()).findFirst();

    private TestPoint() {}

    /** This thread is at a point, named with {@code {}} for each argument. */
    public static void reached(String point, Object... arguments) {
        if (OBSERVER.isPresent()) {
            OBSERVER.get()
                    .reached(MessageFormatter.arrayFormat(point, arguments).getMessage());
        }
    }
}
