package io.github.hyenaspark.jobs.report;

import java.io.PrintStream;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar that redraws itself on a terminal. */
final class BarProgress implements Progress {
    private static final int REDRAW_MILLIS = 500;

    private final ProgressBar bar;

    BarProgress(Work work, PrintStream to) {
        bar = new ProgressBarBuilder()
                .setTaskName(work.task())
                .setUnit(" " + work.unit(), 1)
                .setInitialMax(work.total())
                .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BLOCK)
                .setUpdateIntervalMillis(REDRAW_MILLIS)
                .setConsumer(new ConsoleProgressBarConsumer(to))
                .startsFrom(work.done(), Duration.ZERO)
                .showSpeed()
                .build();
    }

    @Override
    public void advance(long done, String note) {
        bar.stepTo(done);
        bar.setExtraMessage(" " + note);
    }

    @Override
    public void close() {
        bar.close();
    }
}
