package io.weir.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.SSLContext;

/**
 * The one route of Kubernetes' API that lists a namespace's pods: {@code GET /api/v1/namespaces/{namespace}/pods}, as
 * <a href="https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.34/#list-pod-v1-core">its reference</a> has
 * it.
 */
public final class KubernetesApiForTests implements AutoCloseable {
    private static final String PODS = "/api/v1/namespaces/weir-test/pods";

    private final HttpsServer server;
    private final String token;
    private final String body;
    private final Queue<String> refused = new ConcurrentLinkedQueue<>();
    private final Queue<String> answered = new ConcurrentLinkedQueue<>();

    /** A pod, of which there may be one that has not started, or one that is about to go. */
    public record Pod(String name, String phase, String address, int managementPort, boolean deleted) {}

    private KubernetesApiForTests(SSLContext context, String token, List<Pod> pods) throws IOException {
        this.token = token;
        this.body = podList(pods);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext("/", this::answer);
        server.start();
    }

    public static KubernetesApiForTests start(SSLContext context, String token, List<Pod> pods) throws IOException {
        return new KubernetesApiForTests(context, token, pods);
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** The paths and queries that were answered. */
    public List<String> answered() {
        return List.copyOf(answered);
    }

    /** Those that were not, with their status. */
    public List<String> refused() {
        return List.copyOf(refused);
    }

    @Override
    public void close() {
        server.stop(0);
    }

    /** An object of the kind PodList. */
    public static String podList(List<Pod> pods) {
        List<String> items = new ArrayList<>();
        for (Pod pod : pods) {
            boolean running = pod.phase().equals("Running");
            items.add("""
                {
                  "metadata": { "name": "%s", "namespace": "weir-test", "uid": "uid-of-%s",
                    "labels": { "app.kubernetes.io/name": "weir" }%s },
                  "spec": { "containers": [{ "name": "weir", "image": "weir", "ports": [
                    { "name": "http", "containerPort": 8085, "protocol": "TCP" },
                    { "name": "management", "containerPort": %d, "protocol": "TCP" }] }] },
                  "status": { "phase": "%s"%s }
                }\
                """.formatted(
                            pod.name(),
                            pod.name(),
                            pod.deleted() ? ", \"deletionTimestamp\": \"2026-01-01T00:00:00Z\"" : "",
                            pod.managementPort(),
                            pod.phase(),
                            running ? """
                                , "podIP": "%s", "podIPs": [{ "ip": "%s" }], "containerStatuses": [
                                    { "name": "weir", "image": "weir", "imageID": "", "ready": false, "restartCount": 0,
                                      "state": { "running": { "startedAt": "2026-01-01T00:00:00Z" } } }]\
                                """.formatted(pod.address(), pod.address()) : ""));
        }
        return "{ \"kind\": \"PodList\", \"apiVersion\": \"v1\", \"metadata\": { \"resourceVersion\": \"4711\" },"
                + " \"items\": [" + String.join(",\n", items) + "] }";
    }

    private void answer(HttpExchange exchange) throws IOException {
        String asked = exchange.getRequestURI().getPath() + "?"
                + exchange.getRequestURI().getQuery();
        int status = 200;
        if (!("Bearer " + token).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            status = 401;
        } else if (!exchange.getRequestURI().getPath().equals(PODS)
                || !exchange.getRequestMethod().equals("GET")) {
            status = 403;
        }
        (status == 200 ? answered : refused).add(status == 200 ? asked : status + " " + asked);
        byte[] answer = (status == 200
                        ? body
                        : "{ \"kind\": \"Status\", \"apiVersion\": \"v1\", \"code\": " + status + " }")
                .getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, answer.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(answer);
        }
    }
}
