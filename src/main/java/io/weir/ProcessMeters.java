package io.weir;

import com.sun.management.OperatingSystemMXBean;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import java.lang.management.ManagementFactory;

/** The figures of the process and its virtual machine, by the names that dashboards for Java look for. */
final class ProcessMeters {
    private static final double NANOS = 1e9;

    private ProcessMeters() {}

    /** Adds them; what comes back is to be closed with the server. */
    static AutoCloseable bindTo(MeterRegistry meters) {
        // Micrometer counts it in nanoseconds; process_cpu_seconds_total is what every other process calls it
        meters.config().meterFilter(MeterFilter.denyNameStartsWith("process.cpu.time"));
        // "count" is how Prometheus ends the name of a histogram's series, and promtool refuses it for anything else
        meters.config().meterFilter(new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                return id.getName().equals("system.cpu.count") ? id.withName("system.cpus") : id;
            }
        });
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
            FunctionCounter.builder("process.cpu", system, of -> of.getProcessCpuTime() / NANOS)
                    .description("processor time that the process has taken")
                    .baseUnit("seconds")
                    .register(meters);
        }
        new JvmMemoryMetrics().bindTo(meters);
        new JvmThreadMetrics().bindTo(meters);
        new ClassLoaderMetrics().bindTo(meters);
        new ProcessorMetrics().bindTo(meters);
        new FileDescriptorMetrics().bindTo(meters);
        new UptimeMetrics().bindTo(meters);
        JvmGcMetrics collections = new JvmGcMetrics();
        collections.bindTo(meters);
        return collections;
    }
}
