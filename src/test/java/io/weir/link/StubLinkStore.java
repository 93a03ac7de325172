package io.weir.link;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A table of links in memory, which a test can take away, and whose readers it can hold after they have read. */
final class StubLinkStore implements LinkStore {
    final Map<String, Link> links = new ConcurrentHashMap<>();
    final AtomicInteger questions = new AtomicInteger();
    volatile boolean away;
    private volatile @Nullable CountDownLatch hold;
    private volatile CountDownLatch reading = new CountDownLatch(1);
    private long micros = 1_700_000_000_000_000L;

    /** From now on a reader waits with what it has read until it is released. */
    void holdReaders() {
        reading = new CountDownLatch(1);
        hold = new CountDownLatch(1);
    }

    void awaitReader() throws InterruptedException {
        reading.await();
    }

    void releaseReaders() {
        CountDownLatch held = hold;
        hold = null;
        if (held != null) {
            held.countDown();
        }
    }

    @Override
    public Map<String, Target> targets(Collection<String> codes) {
        questions.incrementAndGet();
        if (away) {
            throw new LinksUnavailableException("away");
        }
        Map<String, Target> found = new HashMap<>();
        for (String code : codes) {
            Link link = links.get(code);
            if (link != null) {
                found.put(code, link.target());
            }
        }
        CountDownLatch held = hold;
        if (held != null) {
            reading.countDown();
            try {
                held.await();
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        }
        return found;
    }

    /** Sets where a code leads. */
    Link set(String code, String url) {
        Link link = new Link(code, url, null, Instant.EPOCH, later(), null, 0, null);
        links.put(code, link);
        return link;
    }

    private synchronized Instant later() {
        micros++;
        return Instant.ofEpochSecond(micros / 1_000_000, micros % 1_000_000 * 1_000);
    }

    @Override
    public @Nullable Link find(String code) {
        return links.get(code);
    }

    @Override
    public @Nullable Link create(NewLink link) {
        return links.containsKey(link.code()) ? null : set(link.code(), link.url());
    }

    @Override
    public @Nullable Link change(String code, LinkChange change) {
        return links.containsKey(code) && change.url() != null ? set(code, change.url()) : null;
    }

    @Override
    public @Nullable Long delete(String code) {
        return links.remove(code) == null ? null : Link.version(later());
    }

    @Override
    public List<Link> list(@Nullable String project, String after, int limit) {
        return List.copyOf(links.values());
    }
}
