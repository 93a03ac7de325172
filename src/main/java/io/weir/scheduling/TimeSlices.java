package io.weir.scheduling;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The time slices that threads ask Linux for. A thread with a short one waits less for a processor that another one is
 * using, and gets no more of it in sum; it needs no privilege.
 *
 * <p>By {@code sched_setattr(2)}, whose {@code sched_runtime} is the slice of an ordinary thread since Linux 6.12
 * (kernel.org, Documentation/scheduler/sched-eevdf.rst). Called by number, for C libraries have had it only since 2024.
 */
final class TimeSlices {
    /** The number by which a thread means itself. */
    static final int CALLER = 0;

    private static final int BYTES = 48;
    private static final int SIZE_AT = 0;
    private static final int POLICY_AT = 4;
    private static final int RUNTIME_AT = 24;
    private static final int ORDINARY = 0;

    private final MethodHandle syscall;
    private final long setNumber;
    private final long getNumber;

    private TimeSlices(MethodHandle syscall, long setNumber, long getNumber) {
        this.syscall = syscall;
        this.setNumber = setNumber;
        this.getNumber = getNumber;
    }

    /** Those of this system; null where there are none, as elsewhere than on Linux. */
    static @Nullable TimeSlices ofSystem() {
        return of(System.getProperty("os.name"), System.getProperty("os.arch"));
    }

    static @Nullable TimeSlices of(String system, String architecture) {
        if (!system.equals("Linux")) {
            return null;
        }
        return switch (architecture) {
            case "amd64" -> new TimeSlices(syscall(), 314, 315);
            case "aarch64" -> new TimeSlices(syscall(), 274, 275);
            default -> null;
        };
    }

    @SuppressWarnings("restricted") // --enable-native-access is given at the start
    private static MethodHandle syscall() {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("syscall"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG),
                Linker.Option.firstVariadicArg(1));
    }

    /**
     * Asks for a thread's slice, and leaves the rest of what it has as it is.
     *
     * @param thread its number in {@code /proc/self/task}
     * @return whether the kernel took it
     */
    boolean ask(int thread, Duration slice) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(BYTES, Long.BYTES);
            if (!read(thread, attributes) || attributes.get(ValueLayout.JAVA_INT, POLICY_AT) != ORDINARY) {
                return false;
            }
            if (attributes.get(ValueLayout.JAVA_LONG, RUNTIME_AT) == slice.toNanos()) {
                return true;
            }
            attributes.set(ValueLayout.JAVA_INT, SIZE_AT, BYTES);
            attributes.set(ValueLayout.JAVA_LONG, RUNTIME_AT, slice.toNanos());
            // an older kernel takes it without a word and does nothing
            return call(setNumber, thread, attributes, 0)
                    && read(thread, attributes)
                    && attributes.get(ValueLayout.JAVA_LONG, RUNTIME_AT) == slice.toNanos();
        }
    }

    /** A thread's slice in nanoseconds; 0 where the kernel does not say. */
    long nanos(int thread) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(BYTES, Long.BYTES);
            return read(thread, attributes) ? attributes.get(ValueLayout.JAVA_LONG, RUNTIME_AT) : 0;
        }
    }

    private boolean read(int thread, MemorySegment attributes) {
        return call(getNumber, thread, attributes, BYTES);
    }

    private boolean call(long number, int thread, MemorySegment attributes, long argument) {
        try {
            return (long) syscall.invokeExact(number, (long) thread, attributes, argument, 0L) == 0;
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
