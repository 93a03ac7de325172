package io.weir.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompressedItemsTest {
    private final Random random = new Random(7);

    @Test
    void whatIsPackedIsUnpackedAsItWas() {
        for (int run = 0; run < 300; run++) {
            List<LogItem> items = new ArrayList<>();
            int number = 1 + random.nextInt(200);
            for (int index = 0; index < number; index++) {
                LogItem.Kind kind = random.nextInt(10) == 0 ? LogItem.Kind.REFUSED : LogItem.Kind.EVENT;
                items.add(new LogItem(kind, payload(random.nextInt(run < 5 ? 20_000 : 400))));
            }
            byte[] value = packed(items);
            assertThat(texts(Objects.requireNonNull(read(number, value)))).isEqualTo(texts(items));
        }
    }

    @Test
    void whatIsNotSmallerIsNotPacked() {
        CompressedItems items = CompressedItems.ofThread();
        byte[] noise = new byte[10_000];
        random.nextBytes(noise);
        items.add(new LogItem(LogItem.Kind.EVENT, noise));
        assertThat(items.pack()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "z1, 1",
        "z50, 50",
        "z999999, 999999",
        "z, 0",
        "z0, 0",
        "z05, 0",
        "z1000000, 0",
        "z5x, 0",
        "zz, 0",
        "e, 0",
        "d, 0",
        "z-1, 0",
        "y5, 0"
    })
    void aNameSaysHowManyThereAre(String name, int items) {
        assertThat(CompressedItems.itemsOf(ByteBuffer.wrap(name.getBytes(StandardCharsets.US_ASCII))))
                .isEqualTo(items);
    }

    @Test
    void anythingElseIsNotTakenForItems() {
        byte[] good = packed(List.of(event("{\"n\":1}"), event("{\"n\":2}")));
        assertThat(read(2, good)).hasSize(2);
        assertThat(read(1, good)).as("fewer than there are").isNull();
        assertThat(read(3, good)).as("more than there are").isNull();
        assertThat(read(2, Arrays.copyOf(good, good.length - 1))).as("cut").isNull();
        assertThat(read(2, Arrays.copyOf(good, good.length + 1)))
                .as("something behind")
                .isNull();
        assertThat(read(2, new byte[0])).as("nothing").isNull();
        assertThat(read(2, "plain text".getBytes(StandardCharsets.UTF_8))).isNull();
        assertThat(read(1, deflated(new byte[] {'e', 0, 0, 0, 9, '{', '}'})))
                .as("a length beyond the end")
                .isNull();
        assertThat(read(1, deflated(new byte[] {'e', -1, -1, -1, -1, '{', '}'})))
                .as("a negative length")
                .isNull();
        assertThat(read(1, deflated(new byte[] {'?', 0, 0, 0, 2, '{', '}'})))
                .as("another kind")
                .isNull();
        assertThat(read(1, deflated(new byte[] {'e', 0, 0, 0, 1, '1', 'e'})))
                .as("half an item behind")
                .isNull();
        for (int run = 0; run < 2_000; run++) {
            byte[] broken = good.clone();
            broken[random.nextInt(broken.length)] ^= (byte) (1 << random.nextInt(8));
            List<LogItem> items = read(2, broken);
            assertThat(items == null || items.size() == 2).isTrue();
        }
        assertThat(read(2, good)).as("after all that").hasSize(2);
    }

    @Test
    void whatWouldUnpackToMoreThanTheLimitIsRefused() {
        assertThat(read(1, deflated(item(CompressedItems.MOST_BYTES - 5)))).hasSize(1);
        assertThat(read(1, deflated(item(CompressedItems.MOST_BYTES - 4)))).isNull();
    }

    @Test
    void whatWouldNotBeReadAgainIsNotCompressed() {
        int most = CompressedItems.MOST_BYTES;
        assertThat(CompressedItems.takes(1, 511)).isFalse();
        assertThat(CompressedItems.takes(1, 512)).isTrue();
        assertThat(CompressedItems.takes(1, most - 5)).isTrue();
        assertThat(CompressedItems.takes(1, most - 4)).isFalse();
        assertThat(CompressedItems.takes(10, most - 49)).isFalse();
        assertThat(CompressedItems.takes(999_999, 10_000_000)).isTrue();
        assertThat(CompressedItems.takes(1_000_000, 10_000_000)).isFalse();
    }

    private static byte[] item(int length) {
        return ByteBuffer.allocate(5 + length).put((byte) 'e').putInt(length).array();
    }

    private static byte[] deflated(byte[] bytes) {
        Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
        deflater.setInput(bytes);
        deflater.finish();
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        byte[] buffer = new byte[8_192];
        while (!deflater.finished()) {
            output.write(buffer, 0, deflater.deflate(buffer));
        }
        deflater.end();
        return output.toByteArray();
    }

    private static @Nullable List<LogItem> read(int items, byte[] value) {
        return CompressedItems.ofThread().items(items, ByteBuffer.wrap(value));
    }

    private static byte[] packed(List<LogItem> items) {
        CompressedItems compressed = CompressedItems.ofThread();
        items.forEach(compressed::add);
        ByteBuffer value = Objects.requireNonNull(compressed.pack());
        byte[] bytes = new byte[value.remaining()];
        value.get(bytes);
        return bytes;
    }

    private static LogItem event(String json) {
        return new LogItem(LogItem.Kind.EVENT, json.repeat(20).getBytes(StandardCharsets.UTF_8));
    }

    /** Letters, some of which repeat. */
    private byte[] payload(int length) {
        byte[] payload = new byte[length];
        for (int index = 0; index < length; index++) {
            payload[index] = (byte) ('a' + random.nextInt(4));
        }
        return payload;
    }

    private static List<String> texts(List<LogItem> items) {
        return items.stream().map(item -> item.kind() + LogFixtures.text(item)).toList();
    }
}
