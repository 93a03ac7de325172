package io.weir.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class RecentTextsTest {
    private final RecentTexts texts = new RecentTexts();

    private String read(String text) {
        char[] characters = ("<" + text + ">").toCharArray();
        return texts.of(characters, 1, text.length());
    }

    @Test
    void aTextThatRepeatsIsTheSameObject() {
        String first = read("Firefox");
        assertThat(first).isEqualTo("Firefox");
        assertThat(read("Firefox")).isSameAs(first);
        assertThat(read("")).isEmpty();
        String longest = "x".repeat(256);
        assertThat(read(longest)).isSameAs(read(longest));
        String longer = "x".repeat(257);
        assertThat(read(longer)).isEqualTo(longer).isNotSameAs(read(longer));
    }

    @Test
    void textsInOneSlotAreNotTakenForEachOther() {
        // of one hash
        assertThat(read("Aa")).isEqualTo("Aa");
        assertThat(read("BB")).isEqualTo("BB");
        assertThat(read("AaAa")).isEqualTo("AaAa");
        assertThat(read("BBBB")).isEqualTo("BBBB");
        assertThat(read("Aa")).isEqualTo("Aa");
        Random random = new Random(3);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(12);
            for (int j = 0; j < length; j++) {
                text.append((char) ("aü€\uD83D".charAt(random.nextInt(4)) + random.nextInt(3)));
            }
            assertThat(read(text.toString())).isEqualTo(text.toString());
        }
    }
}
