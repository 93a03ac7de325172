package io.weir.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class LinkCodesTest {
    @Test
    void aCodeIsLettersDigitsDashesAndUnderscores() {
        assertThat(LinkCodes.isCode("a")).isTrue();
        assertThat(LinkCodes.isCode("Az09-_")).isTrue();
        assertThat(LinkCodes.isCode("a".repeat(64))).isTrue();
        for (String none : new String[] {"", "a".repeat(65), "a.b", "a/b", "a b", "ä", "a%41", "favicon.ico"}) {
            assertThat(LinkCodes.isCode(none)).as(none).isFalse();
        }
    }

    @Test
    void generatedCodesDifferAndHaveNoLookAlikes() {
        LinkCodes codes = new LinkCodes(segment -> false);
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            String code = codes.generate();
            assertThat(code).matches("[A-Za-z0-9]{7}").doesNotContainPattern("[0Oo1Ili]");
            seen.add(code);
        }
        assertThat(seen).hasSize(10_000);
    }

    @Test
    void routesAndWhatIsKeptForThemAreNotGiven() {
        LinkCodes codes = new LinkCodes("shop"::equals);
        assertThat(codes.isReserved("shop")).isTrue();
        assertThat(codes.isReserved("API")).isTrue();
        assertThat(codes.isReserved("shops")).isFalse();

        AtomicReference<String> route = new AtomicReference<>("");
        // the first code that comes is a route's
        String other = new LinkCodes(segment -> route.compareAndSet("", segment)).generate();
        assertThat(other).isNotEqualTo(route.get());
        assertThat(route.get()).isNotEmpty();
    }
}
