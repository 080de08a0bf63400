package io.github.hyenaspark.checkpoint;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** How a process is called in what it writes. */
final class ProcessName {
    private ProcessName() {}

    /** {@code HOST:PID}. */
    static String ofThisProcess() {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "unknown-host";
        }
        return host + ":" + ProcessHandle.current().pid();
    }
}
