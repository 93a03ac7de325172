package io.weir.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.testkit.PostgresForTests;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class KeyHashTest {
    private static final String STREAM = "clicks";

    private final KeyHash hash = new KeyHash(STREAM.getBytes(StandardCharsets.UTF_8));

    @Test
    void keysOfOneBatchDifferInTheirLastBitsOnly() {
        UUID first = hash.of("@0123456789abcdef-7/0");
        for (int index = 0; index < 10_000; index++) {
            UUID next = hash.of("@0123456789abcdef-7/" + index);
            assertThat(next.getMostSignificantBits()).isEqualTo(first.getMostSignificantBits());
            assertThat(next.getLeastSignificantBits() - first.getLeastSignificantBits())
                    .isEqualTo(index);
        }
        assertThat(hash.of("@0123456789abcdef-8/0").getMostSignificantBits())
                .isNotEqualTo(first.getMostSignificantBits());
        assertThat(new KeyHash("others".getBytes(StandardCharsets.UTF_8)).of("@0123456789abcdef-7/0"))
                .isNotEqualTo(first);
    }

    @Test
    void anyOtherKeyIsHashedWhole() throws Exception {
        for (String key :
                List.of("k", "k/1", "", "@", "/", "@k", "@k/", "@k/01", "@k/-1", "@k/1x", "@k/10000", "x@k/1")) {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            byte[] digest = sha.digest((STREAM + "\0" + key).getBytes(StandardCharsets.UTF_8));
            String hex = HexFormat.of().formatHex(digest, 0, 16);
            assertThat(hash.of(key).toString().replace("-", "")).as(key).isEqualTo(hex);
        }
    }

    @Test
    void sqlSaysTheSameAndNoTwoKeysAreOne() throws Exception {
        List<String> keys = new ArrayList<>(List.of(
                "k",
                "k/1",
                "",
                "@",
                "/",
                "/1",
                "@k",
                "@k/",
                "@k/01",
                "@k/00",
                "@k/-1",
                "@k/1x",
                "@k/10000",
                "x@k/1",
                "@/1",
                "@k/0",
                "@k/1",
                "@k/9",
                "@k/10",
                "@k/9999",
                "@k/l/3",
                "@k/3/4",
                "@\n/5",
                "@k\n/6\n",
                "@ü/7",
                "\n@k/8",
                "@k/1/1"));
        for (int index = 0; index < 200; index++) {
            keys.add("@0123456789abcdef-" + index % 7 + "/" + index);
        }
        HashSet<UUID> seen = new HashSet<>();
        try (Connection connection = PostgresForTests.emptyDatabase().connect();
                PreparedStatement statement = connection.prepareStatement(
                        "SELECT " + KeyHash.sql("key") + " FROM (SELECT ?::text AS key) t")) {
            for (String key : keys) {
                statement.setString(1, STREAM);
                statement.setString(2, key);
                try (ResultSet row = statement.executeQuery()) {
                    assertThat(row.next()).isTrue();
                    assertThat(row.getObject(1, UUID.class)).as(key).isEqualTo(hash.of(key));
                }
                assertThat(seen.add(hash.of(key))).as(key).isTrue();
            }
        }
    }
}
