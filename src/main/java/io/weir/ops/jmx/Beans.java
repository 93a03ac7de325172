package io.weir.ops.jmx;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import javax.management.InstanceAlreadyExistsException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The beans of one server, under the domain {@code io.weir}. A second server of the same process, as tests have them, gets
 * {@code io.weir.2}, and so on. A bean that can't be registered is logged: nothing that counts depends on it. Thread-safe.
 */
public final class Beans implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Beans.class);
    private static final String DOMAIN = "io.weir";

    private final MBeanServer server;
    private final String domain;
    private final Set<ObjectName> registered = ConcurrentHashMap.newKeySet();

    private Beans(MBeanServer server, String domain) {
        this.server = server;
        this.domain = domain;
    }

    /** Opens a domain of its own by registering the pool in it. */
    public static Beans open(MBeanServer server, PoolMXBean pool) throws JMException {
        for (int number = 1; ; number++) {
            Beans beans = new Beans(server, number == 1 ? DOMAIN : DOMAIN + "." + number);
            try {
                beans.register(pool, PoolMXBean.class, beans.name("Pool", Map.of("name", "weir")));
                return beans;
            } catch (InstanceAlreadyExistsException taken) {
                // the next one
            }
        }
    }

    public String domain() {
        return domain;
    }

    public void add(String stream, StreamMXBean bean) {
        addOrLog(bean, StreamMXBean.class, "Stream", Map.of("stream", stream));
    }

    public void add(String stream, int partition, PartitionMXBean bean) {
        addOrLog(bean, PartitionMXBean.class, "Partition", place(stream, partition));
    }

    public void add(String stream, int partition, FlusherMXBean bean) {
        addOrLog(bean, FlusherMXBean.class, "Flusher", place(stream, partition));
    }

    public void removeStream(String stream) {
        remove("Stream", Map.of("stream", stream));
    }

    /** Removes a partition and its flusher. */
    public void removePartition(String stream, int partition) {
        remove("Partition", place(stream, partition));
        remove("Flusher", place(stream, partition));
    }

    @Override
    public void close() {
        registered.forEach(this::unregister);
    }

    private static Map<String, String> place(String stream, int partition) {
        return Map.of("stream", stream, "partition", Integer.toString(partition));
    }

    private <T> void addOrLog(T bean, Class<T> type, String kind, Map<String, String> keys) {
        try {
            register(bean, type, name(kind, keys));
        } catch (JMException problem) {
            log.warn("no JMX bean {} {}: {}", kind, keys, problem.toString());
        }
    }

    private <T> void register(T bean, Class<T> type, ObjectName name) throws JMException {
        server.registerMBean(new DescribedBean(bean, type), name);
        registered.add(name);
    }

    private void remove(String kind, Map<String, String> keys) {
        try {
            unregister(name(kind, keys));
        } catch (JMException problem) {
            log.warn("JMX bean {} {} stays: {}", kind, keys, problem.toString());
        }
    }

    private void unregister(ObjectName name) {
        if (!registered.remove(name)) {
            return;
        }
        try {
            server.unregisterMBean(name);
        } catch (InstanceNotFoundException gone) {
            // somebody else was faster
        } catch (JMException problem) {
            log.warn("JMX bean {} stays: {}", name, problem.toString());
        }
    }

    private ObjectName name(String kind, Map<String, String> keys) throws JMException {
        StringBuilder text = new StringBuilder(domain).append(":type=").append(kind);
        // names of streams hold nothing that would have to be quoted
        new TreeMap<>(keys)
                .descendingMap()
                .forEach(
                        (key, value) -> text.append(',').append(key).append('=').append(value));
        return new ObjectName(text.toString());
    }
}
