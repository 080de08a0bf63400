package io.github.hyenaspark.jobs.report.progress;

import java.io.PrintStream;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar that redraws itself on a terminal. */
final class BarProgress implements Progress {
    private static final int REDRAW_MILLIS = 500;

    private final ProgressBar bar;
    private String last = "";

    BarProgress(ProgressTask work, PrintStream to) {
        bar = new ProgressBarBuilder()
                .setTaskName(work.task())
                .setUnit(" " + work.unit(), 1)
                .setInitialMax(work.total())
                .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BLOCK)
                .setUpdateIntervalMillis(REDRAW_MILLIS)
                .setConsumer(new ConsoleProgressBarConsumer(to))
                .startsFrom(work.done(), Duration.ZERO)
                .showSpeed(new DecimalFormat("0.00", DecimalFormatSymbols.getInstance(Locale.ROOT)))
                .continuousUpdate() // also during a unit
                .build();
    }

    @Override
    public void advance(long done, String note) {
        bar.stepTo(done);
        last = note;
        bar.setExtraMessage(" " + note);
    }

    @Override
    public void underWay(String detail) {
        bar.setExtraMessage(" " + (last.isEmpty() ? detail : detail + "; " + last));
    }

    @Override
    public void close() {
        bar.close();
    }
}
