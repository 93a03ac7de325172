package io.weir.cluster;

import com.typesafe.config.Config;
import io.weir.settings.ClusterSettings;
import io.weir.settings.DiscoverySettings;
import io.weir.settings.SettingsException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.management.cluster.bootstrap.ClusterBootstrap;
import org.apache.pekko.management.javadsl.PekkoManagement;

/**
 * Finds the cluster without seed nodes, by Pekko's Cluster Bootstrap: each node looks the others up, asks each at its
 * management port which cluster there is, and joins that. When none knows of any, and enough have answered, the one with
 * the lowest address begins one. Nothing of this is loaded by a node that has no use for it.
 */
final class ClusterDiscovery {
    private static final String BOOTSTRAP = "pekko.management.cluster.bootstrap.";
    private static final String KUBERNETES = "pekko.discovery.kubernetes-api.";

    private ClusterDiscovery() {}

    /** What the library needs. */
    static Map<String, Object> configure(ClusterSettings settings, Config config) {
        DiscoverySettings discovery = settings.discovery();
        if (discovery.method() == DiscoverySettings.Method.KUBERNETES_API) {
            checkKubernetes(config);
        }
        Map<String, Object> found = new HashMap<>();
        found.put(
                "pekko.discovery.method",
                discovery.method() == DiscoverySettings.Method.DNS ? "pekko-dns" : "kubernetes-api");
        found.put(BOOTSTRAP + "contact-point-discovery.effective-name", discovery.serviceName());
        found.put(BOOTSTRAP + "contact-point-discovery.port-name", discovery.portName());
        found.put(BOOTSTRAP + "contact-point-discovery.required-contact-point-nr", discovery.requiredContactPoints());
        found.put("pekko.management.http.hostname", contactPoint(settings));
        found.put("pekko.management.http.port", settings.management().port());
        // 2 minutes otherwise, for which a node that came late would not be asked
        found.put("pekko.http.host-connection-pool.max-connection-backoff", "1s");
        // who was to let this node in may be gone for good; the process ends, is started anew, and looks again
        found.put("pekko.cluster.shutdown-after-unsuccessful-join-seed-nodes", "60s");
        return found;
    }

    /** Answers the others, and looks for them until it has joined. */
    static void start(ActorSystem<?> system, ClusterSettings settings) {
        PekkoManagement management = PekkoManagement.get(system);
        if (settings.tls().isOn()) {
            // nothing but Cluster Bootstrap asks anybody by Pekko's client
            Http.get(system).setDefaultClientHttpsContext(ClusterTls.client(system));
        }
        CoordinatedShutdown.get(system)
                .addTask(CoordinatedShutdown.PhaseServiceUnbind(), "unbind-management", management::stop);
        try {
            management
                    .start(routes -> settings.tls().isOn()
                            ? routes.withHttpsConnectionContext(ClusterTls.server(system))
                            : routes)
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException failure) {
            throw new SettingsException(
                    "cluster.management.port",
                    "can't listen on " + system.settings().config().getString("pekko.management.http.hostname") + ":"
                            + settings.management().port() + " (" + failure.getCause() + ")");
        }
        ClusterBootstrap.get(system).start();
    }

    /**
     * The address by which a node finds itself among those that it looks up. Only services of DNS have names; elsewhere
     * there are numbers.
     */
    private static String contactPoint(ClusterSettings settings) {
        boolean own = !settings.management().host().isEmpty();
        String host = own ? settings.management().host() : settings.host();
        if (settings.discovery().findsServices()) {
            return host;
        }
        String key = own ? "cluster.management.host" : "cluster.host";
        try {
            InetAddress address = InetAddress.getByName(host);
            if (address.isLoopbackAddress() && !host.startsWith("127.")) {
                throw new SettingsException(
                        key,
                        "is " + host + ", which means " + address.getHostAddress()
                                + " here; write the address by which others find this node");
            }
            return address.getHostAddress();
        } catch (UnknownHostException unknown) {
            throw new SettingsException(
                    key,
                    "is " + host + ", which has no address here; write the address by which others find this node");
        }
    }

    /** What Kubernetes gives a pod that may ask the API. */
    private static void checkKubernetes(Config config) {
        for (String setting : new String[] {"api-ca-path", "api-token-path"}) {
            String file = config.getString(KUBERNETES + setting);
            if (!Files.isReadable(Path.of(file))) {
                throw new SettingsException(
                        "cluster.discovery.method",
                        "is kubernetes-api, but " + file + " (" + KUBERNETES + setting
                                + ") can't be read; the pod needs a service account whose token is mounted");
            }
        }
        for (String setting : new String[] {"api-service-host-env-name", "api-service-port-env-name"}) {
            String variable = config.getString(KUBERNETES + setting);
            if (System.getenv(variable) == null) {
                throw new SettingsException(
                        "cluster.discovery.method",
                        "is kubernetes-api, but the variable " + variable + " is not set; is this a pod?");
            }
        }
    }
}
