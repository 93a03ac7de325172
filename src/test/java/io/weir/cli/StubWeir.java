package io.weir.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Answers as Weir's ingest route does: a line with {@code bad} in it is a dead letter, one of more than 5,000 bytes is
 * 413.
 */
final class StubWeir implements AutoCloseable {
    record Request(String target, String key, String contentType, String body) {}

    final List<Request> taken = new CopyOnWriteArrayList<>();
    final AtomicInteger refusals = new AtomicInteger();
    final AtomicInteger brokenConnections = new AtomicInteger();
    volatile int refusalStatus = 503;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    StubWeir() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        if (refusals.getAndDecrement() > 0) {
            reply(exchange, refusalStatus, "{\"title\":\"x\",\"detail\":\"said the stub\"}");
            return;
        }
        if (brokenConnections.getAndDecrement() > 0) {
            exchange.close();
            return;
        }
        List<String> lines = body.lines().toList();
        StringBuilder invalid = new StringBuilder();
        int bad = 0;
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).length() > 5_000) {
                reply(exchange, 413, "{\"detail\":\"an event has more than 5000 bytes\"}");
                return;
            }
            if (lines.get(i).contains("bad")) {
                bad++;
                invalid.append(invalid.isEmpty() ? "" : ",")
                        .append("{\"index\":")
                        .append(i)
                        .append(",\"field\":null,\"reason\":\"is bad\"}");
            }
        }
        taken.add(new Request(
                exchange.getRequestURI().toString(),
                exchange.getRequestHeaders().getFirst("Idempotency-Key"),
                exchange.getRequestHeaders().getFirst("Content-Type"),
                body));
        reply(
                exchange,
                202,
                "{\"accepted\":" + (lines.size() - bad) + ",\"deadLettered\":" + bad + ",\"invalid\":[" + invalid
                        + "]}");
    }

    private static void reply(HttpExchange exchange, int status, String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
