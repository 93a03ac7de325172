package io.weir.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.settings.Configuration;
import io.weir.settings.LinkSettings;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LinkMemoryTest {
    private final LinkSettings.Cache settings = LinkSettings.from(
                    Configuration.load(Path.of("no-such-file")).getConfig("weir"))
            .cache();
    private final AtomicLong nanos = new AtomicLong(1);
    private final LinkMemory memory = new LinkMemory(settings, nanos::get);

    @Test
    void aLinkThatIsAsItWasKeepsItsTargetAndIsFreshAgain() {
        Target first = target("https://example.com/a", 1);
        assertThat(memory.keep("a", first, nanos.get())).isTrue();
        nanos.addAndGet(settings.ttl().toNanos());
        assertThat(memory.isFresh(held("a"))).isFalse();

        assertThat(memory.keep("a", target("https://example.com/a", 1), nanos.get()))
                .isTrue();
        assertThat(held("a").target()).isSameAs(first);
        assertThat(memory.isFresh(held("a"))).isTrue();
    }

    @Test
    void aLinkThatHasChangedIsReplaced() {
        memory.keep("a", target("https://example.com/a", 1), nanos.get());
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
        for (Target changed : new Target[] {
            target("https://example.com/b", 1),
            target("https://example.com/b", 2),
            new Target("https://example.com/b", 7, 2)
        }) {
            memory.keep("a", changed, nanos.incrementAndGet());
            assertThat(held("a").target()).isSameAs(changed);
        }
    }

    @Test
    void aLinkIsAnsweredOnForAsLongAsStaleIfErrorSaysAndNoLonger() {
        memory.keep("a", target("https://example.com/a", 1), nanos.get());
        nanos.addAndGet(settings.staleIfError().toNanos() - 1);
        assertThat(memory.find("a")).isNotNull();
        nanos.incrementAndGet();
        assertThat(memory.find("a")).isNull();
        assertThat(memory.keep("a", target("https://example.com/a", 1), nanos.get()))
                .isTrue();
        assertThat(memory.find("a")).isNotNull();
    }

    @Test
    void noMoreLinksAreHeldThanMayBeAndThoseThatAreAskedForStay() {
        int popular = settings.maxLinks() / 10;
        for (int i = 0; i < popular; i++) {
            memory.keep("p" + i, target("https://example.com/" + i, 1), nanos.get());
        }
        for (int i = 0; i < 3 * settings.maxLinks(); i++) {
            memory.keep("once" + i, target("https://example.com/" + i, 1), nanos.get());
            memory.find("p" + i % popular);
        }
        assertThat(memory.links()).isEqualTo(settings.maxLinks());
        for (int i = 0; i < popular; i++) {
            assertThat(memory.find("p" + i)).as("p%d", i).isNotNull();
        }
    }

    private HeldLink held(String code) {
        return Objects.requireNonNull(memory.find(code));
    }

    private static Target target(String url, long version) {
        return new Target(url, Target.NEVER, version);
    }
}
