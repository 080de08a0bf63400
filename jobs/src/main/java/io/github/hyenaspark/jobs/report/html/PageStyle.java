package io.github.hyenaspark.jobs.report.html;

/** How a page of ours looks: light or dark as the reader's system is, on a wide screen and on a telephone. */
final class PageStyle {
    static final String CSS = """
            :root { --page: #f4f5f7; --panel: #ffffff; --text: #1f2328; --quiet: #59636e; --line: #d9dde2; }
            @media (prefers-color-scheme: dark) {
              :root { --page: #0f1216; --panel: #191d23; --text: #d7dce2; --quiet: #929ba6; --line: #333a43; }
            }
            * { box-sizing: border-box; }
            body { margin: 0; background: var(--page); color: var(--text); line-height: 1.45;
              font-family: system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
            main { max-width: 1080px; margin: 0 auto; padding: 24px 16px 48px; }
            h1 { font-size: 1.5rem; margin: 0 0 16px; overflow-wrap: anywhere; }
            h2 { font-size: 1.15rem; margin: 0 0 12px; }
            p { margin: 0 0 12px; }
            section, .figures > div { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; }
            section { padding: 16px 20px; margin: 0 0 16px; }
            section > :last-child { margin-bottom: 0; }
            .figures { display: grid; gap: 12px; margin: 0 0 16px;
              grid-template-columns: repeat(auto-fill, minmax(230px, 1fr)); }
            .figures > div { padding: 12px 16px; }
            dt { color: var(--quiet); font-size: .85rem; }
            dd { margin: 0; font-size: 1.3rem; font-weight: 600; font-variant-numeric: tabular-nums;
              overflow-wrap: anywhere; }
            .quiet, dd.quiet { color: var(--quiet); font-size: .85rem; font-weight: 400; }
            figure { margin: 16px 0; }
            figcaption { color: var(--quiet); font-size: .9rem; margin-bottom: 4px; }
            .legend { display: flex; flex-wrap: wrap; gap: 2px 18px; list-style: none; margin: 0 0 8px; padding: 0;
              font-size: .9rem; }
            img { display: block; width: 100%; height: auto; }
            .scroll { overflow-x: auto; }
            table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
            th, td { padding: 6px 0 6px 24px; border-bottom: 1px solid var(--line); text-align: right;
              white-space: nowrap; vertical-align: top; unicode-bidi: isolate; }
            tbody tr:last-child > * { border-bottom: 0; }
            thead th { color: var(--quiet); font-weight: 500; }
            th:first-child { padding-left: 0; text-align: left; }
            tbody th { font-weight: 400; white-space: normal; min-width: 9em; max-width: 34em; overflow-wrap: anywhere; }
            .facts td { text-align: left; white-space: normal; overflow-wrap: anywhere; }
            .facts th { color: var(--quiet); }
            details { margin-top: 8px; }
            pre { margin: 0 0 12px; white-space: pre-wrap; overflow-wrap: anywhere; font-size: .92rem; unicode-bidi: isolate; }
            summary { cursor: pointer; margin-bottom: 8px; }
            @media (max-width: 600px) {
              main { padding: 16px 10px 32px; }
              h1 { font-size: 1.25rem; }
              section { padding: 14px; }
              .figures { grid-template-columns: 1fr 1fr; gap: 8px; }
              .figures > div { padding: 10px 12px; }
              dd { font-size: .95rem; }
              th, td { padding-left: 16px; }
            }
            """;

    private PageStyle() {}
}
