package io.weir.chaos;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Clients that send events as long as they are told to, and note in the ledger what they were answered. */
final class Driver implements AutoCloseable {
    private static final int CLIENTS = 8;
    private static final int MAX_EVENTS = 12;
    private static final int PAUSE_MILLIS = 15;
    private static final int WAIT_FOR_COMMIT_PERCENT = 5;

    /**
     * What is sent.
     *
     * @param poison whether one event of a hundred is one that the database refuses
     * @param times how often each request is sent; more than once only what is keyed
     */
    record Load(List<EventStream> streams, boolean poison, int times) {
        static final Load USUAL = new Load(EventStream.ALL, false, 1);

        Load {
            streams = List.copyOf(streams);
        }
    }

    private final Ledger ledger;
    private final List<Thread> clients = new ArrayList<>();
    private final Object turn = new Object();
    private volatile List<URI> targets = List.of();
    private volatile Load load = Load.USUAL;
    private boolean running;
    private int busy;
    private boolean closed;

    Driver(Ledger ledger, long seed) {
        this.ledger = ledger;
        for (int client = 0; client < CLIENTS; client++) {
            Random random = Faults.random(seed, -1 - client);
            clients.add(Thread.ofPlatform().daemon().name("client-" + client).start(() -> run(random)));
        }
    }

    /** Where to send to; a client picks one for each request. */
    void sendTo(List<URI> servers) {
        targets = List.copyOf(servers);
    }

    /** Begins to send. */
    void resume(Load what) {
        synchronized (turn) {
            load = what;
            running = true;
            turn.notifyAll();
        }
    }

    /** Goes on after {@link #pause}. */
    void resume() {
        resume(load);
    }

    /** Stops sending, and returns once every request that is out has ended. Requests end in bounded time. */
    void pause() throws InterruptedException {
        synchronized (turn) {
            running = false;
            while (busy > 0) {
                turn.wait();
            }
        }
    }

    private void run(Random random) {
        try (HttpSender sender = new HttpSender()) {
            while (begin()) {
                try {
                    request(sender, random);
                } finally {
                    end();
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean begin() throws InterruptedException {
        synchronized (turn) {
            while (!closed && (!running || targets.isEmpty())) {
                turn.wait(100);
            }
            busy += closed ? 0 : 1;
            return !closed;
        }
    }

    private void end() {
        synchronized (turn) {
            busy--;
            turn.notifyAll();
        }
    }

    private void request(HttpSender sender, Random random) {
        Load what = load;
        List<URI> servers = targets;
        if (servers.isEmpty()) {
            return;
        }
        EventStream stream = what.streams().get(random.nextInt(what.streams().size()));
        int number = 1 + random.nextInt(MAX_EVENTS);
        int first = ledger.send(stream, number);
        StringBuilder body = new StringBuilder("[");
        for (int event = first; event < first + number; event++) {
            boolean poison = what.poison() && EventStream.isPoison(event);
            body.append(event == first ? "" : ",").append(EventStream.json(event, poison));
        }
        body.append(']');
        boolean waits = random.nextInt(100) < WAIT_FOR_COMMIT_PERCENT;
        Outcome best = Outcome.REFUSED;
        for (int time = 0; time < what.times(); time++) {
            URI server = servers.get(random.nextInt(servers.size()));
            Outcome outcome = sender.send(server, stream.path() + (waits ? "?wait=committed" : ""), body.toString());
            best = outcome.compareTo(best) > 0 ? outcome : best;
        }
        ledger.settle(stream, first, number, best);
    }

    @Override
    public void close() {
        synchronized (turn) {
            closed = true;
            turn.notifyAll();
        }
        clients.forEach(Thread::interrupt);
    }
}
