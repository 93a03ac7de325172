package io.weir.http;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;

/**
 * Closes a connection on which no complete request head came for a time. Pekko's idle timeout does not: it begins anew
 * with every byte, so a client that sends its head byte by byte could hold a connection for ever. Requests that are
 * being answered are answered first. It also counts the connections that are open.
 */
final class ConnectionGuard extends GraphStage<FlowShape<HttpRequest, HttpRequest>> {
    private final Duration timeout;
    private final AtomicInteger connections;
    private final Inlet<HttpRequest> in = Inlet.create("ConnectionGuard.in");
    private final Outlet<HttpRequest> out = Outlet.create("ConnectionGuard.out");
    private final FlowShape<HttpRequest, HttpRequest> shape = FlowShape.of(in, out);

    ConnectionGuard(Duration timeout, AtomicInteger connections) {
        this.timeout = timeout;
        this.connections = connections;
    }

    @Override
    public FlowShape<HttpRequest, HttpRequest> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new TimerGraphStageLogic(shape) {
            private long lastRequestNanos = System.nanoTime();

            {
                setHandler(in, new AbstractInHandler() {
                    @Override
                    public void onPush() {
                        lastRequestNanos = System.nanoTime();
                        push(out, grab(in));
                    }
                });
                setHandler(out, new AbstractOutHandler() {
                    @Override
                    public void onPull() {
                        pull(in);
                    }
                });
            }

            @Override
            public void preStart() {
                connections.incrementAndGet();
                Duration interval = timeout.dividedBy(4);
                scheduleAtFixedRate("check", interval, interval);
            }

            @Override
            public void postStop() {
                connections.decrementAndGet();
            }

            @Override
            public void onTimer(Object timerKey) {
                if (System.nanoTime() - lastRequestNanos >= timeout.toNanos()) {
                    completeStage();
                }
            }
        };
    }
}
