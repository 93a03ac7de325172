package io.weir.chaos;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/** Clients that send events as long as they are told to, and note in the ledger what they were answered. */
final class Driver implements AutoCloseable {
    private static final int CLIENTS = 8;
    private static final int MAX_EVENTS = 12;
    private static final int PAUSE_MILLIS = 15;

    /**
     * What is sent.
     *
     * @param poison whether one event of a hundred is one that the database refuses
     * @param times how often each request is sent; more than once only what is keyed
     * @param waits how many requests of a hundred wait for their commit
     */
    record Load(List<EventStream> streams, boolean poison, int times, int waits) {
        static final Load USUAL = new Load(EventStream.ALL, false, 1, 5);

        Load {
            streams = List.copyOf(streams);
        }
    }

    private final Ledger ledger;
    private final List<Thread> clients = new ArrayList<>();
    private final Object turn = new Object();
    private final AtomicLong turnedAway = new AtomicLong();
    private final AtomicLong brokenOff = new AtomicLong();
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

    /** How often a server took nothing, or could not be reached; the client then tried another one where there was one. */
    long turnedAway() {
        return turnedAway.get();
    }

    /** How many requests have no answer because their connection ended. */
    long brokenOff() {
        return brokenOff.get();
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
        String path = stream.path() + (random.nextInt(100) < what.waits() ? "?wait=committed" : "");
        Outcome best = Outcome.REFUSED;
        for (int time = 0; time < what.times(); time++) {
            Outcome outcome = send(sender, servers, random.nextInt(servers.size()), path, body.toString());
            best = outcome.compareTo(best) > 0 ? outcome : best;
        }
        ledger.settle(stream, first, number, best);
    }

    /** To one server, and as long as nothing was taken to the next one. */
    private Outcome send(HttpSender sender, List<URI> servers, int first, String path, String body) {
        Outcome outcome = Outcome.REFUSED;
        for (int i = 0; i < servers.size() && outcome == Outcome.REFUSED; i++) {
            long before = sender.brokenOff();
            outcome = sender.send(servers.get((first + i) % servers.size()), path, body);
            brokenOff.addAndGet(sender.brokenOff() - before);
            if (outcome == Outcome.REFUSED) {
                turnedAway.incrementAndGet();
            }
        }
        return outcome;
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
