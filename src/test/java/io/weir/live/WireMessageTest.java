package io.weir.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import io.weir.cluster.ClusterNode;
import io.weir.event.EntryId;
import io.weir.settings.ClusterSettings;
import io.weir.settings.Configuration;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every message between nodes, through the serializer that nodes use. */
class WireMessageTest {
    private static final ActorTestKit TESTKIT = ActorTestKit.create(
            "wire",
            ClusterNode.configure(
                    Configuration.load(Path.of("no-such-file")),
                    ClusterSettings.from(
                            Configuration.load(Path.of("no-such-file")).getConfig("weir")),
                    Duration.ofSeconds(1)));
    private static final Serialization SERIALIZATION = SerializationExtension.get(TESTKIT.system());

    private static final @Nullable Object[][] VALUES = {
        {null, 0L, 5L, Long.MIN_VALUE, Long.MAX_VALUE},
        {},
        {0.0, -1.5, 3.0, Double.MAX_VALUE, Double.MIN_VALUE, 1e300, true, false},
        {"", "text", "Zoë 😀 \u0000 \" \\", "{\"json\":[1]}", "2026-01-01T00:00:00Z"},
        {UUID.fromString("00000000-0000-0000-0000-0000000000ff"), Instant.parse("2026-11-21T12:34:56.789012345Z")},
        {
            new BigDecimal("123456789012345678901234567890.00100"),
            new BigDecimal("-1E+400"),
            new BigInteger("-" + "9".repeat(60)),
            BigInteger.TWO
        },
    };

    @AfterAll
    static void stop() {
        TESTKIT.shutdownTestKit();
    }

    static List<WireMessage> messages() {
        EntryId entry = new EntryId(1_700_000_000_000L, -1L);
        return Stream.<WireMessage>concat(
                        Stream.<WireMessage>of(
                                new PartitionQuery.AwaitCommit(entry, ref(PartitionAnswer.Committed.class)),
                                new PartitionQuery.ReadBuffered(ref(PartitionAnswer.Buffered.class)),
                                new PartitionQuery.ReadDepth(ref(PartitionAnswer.Depth.class)),
                                new PartitionQuery.RefreshCounts(),
                                new PartitionAnswer.Buffered(Integer.MAX_VALUE),
                                new PartitionAnswer.Committed(entry),
                                new PartitionAnswer.Depth(EntryId.ZERO, Long.MAX_VALUE),
                                new LiveCounts.Found(VALUES, LiveCounts.nothing(VALUES), Instant.now()),
                                new LiveCounts.Found(new Object[0][], new Object[0][], Instant.EPOCH),
                                new LiveCounts.Unavailable("the database is away: \"why\""),
                                new NodeQuery.ReadFigures(ref(NodeFigures.class)),
                                new NodeFigures("127.0.0.1:1", 1L, null, null, "[]", List.of(), List.of()),
                                figures()),
                        // whatever an entity can be
                        Arrays.stream(VALUES)
                                .flatMap(Arrays::stream)
                                .filter(Objects::nonNull)
                                .map(entity -> new PartitionQuery.ReadCounts(entity, entry, ref(LiveCounts.class))))
                .toList();
    }

    private static NodeFigures figures() {
        return new NodeFigures(
                "node-1.example:7355",
                Long.MAX_VALUE,
                true,
                false,
                "[{\"alert\":\"depth\"}]",
                List.of(new NodeFigures.Stream("clicks", Long.MAX_VALUE, 1, 0, 2, 0.25, 3)),
                List.of(
                        new NodeFigures.Partition("clicks", 0, 5, true, false, "the table \"links\" is gone"),
                        new NodeFigures.Partition("clicks", 1, 0, false, true, null)));
    }

    @Test
    void figuresOfAsManyPartitionsAsMayBeFitIntoAMessage() throws Exception {
        NodeFigures.Partition troubled = new NodeFigures.Partition(
                "a-stream-with-quite-a-long-name", 200, Long.MAX_VALUE, true, false, "ü".repeat(10_000));

        byte[] bytes = SERIALIZATION
                .serialize(new NodeFigures(
                        "node",
                        1,
                        true,
                        true,
                        "[]",
                        List.of(),
                        Collections.nCopies(NodeFigures.MAX_PARTITIONS, troubled)))
                .get();

        assertThat(bytes.length)
                .isLessThan(TESTKIT.system()
                        .settings()
                        .config()
                        .getBytes("pekko.remote.artery.advanced.maximum-frame-size")
                        .intValue());
    }

    @ParameterizedTest
    @MethodSource("messages")
    void aMessageComesBackAsItWas(WireMessage message) throws Exception {
        SerializerWithStringManifest serializer =
                (SerializerWithStringManifest) SERIALIZATION.findSerializerFor(message);

        byte[] bytes = SERIALIZATION.serialize(message).get();
        Object back = SERIALIZATION
                .deserialize(bytes, serializer.identifier(), serializer.manifest(message))
                .get();

        assertThat(back).usingRecursiveComparison().isEqualTo(message);
        assertThat(back).hasSameClassAs(message);
        // a class may move without a node of the earlier version taking notice
        assertThat(serializer.manifest(message)).doesNotContain("weir");
        assertThat(new String(bytes, StandardCharsets.ISO_8859_1))
                .doesNotContain("io.weir")
                .contains(name(message));
    }

    @Test
    void everyMessageIsTestedAndHasANameOfItsOwn() {
        Set<Class<?>> all = records(WireMessage.class);

        assertThat(messages().stream().<Class<?>>map(Object::getClass).collect(Collectors.toSet()))
                .isEqualTo(all);
        List<JsonSubTypes.Type> named =
                List.of(WireMessage.class.getAnnotation(JsonSubTypes.class).value());
        assertThat(named.stream().<Class<?>>map(JsonSubTypes.Type::value).toList())
                .containsExactlyInAnyOrderElementsOf(all);
        assertThat(new TreeSet<>(named.stream().map(JsonSubTypes.Type::name).toList()))
                .hasSameSizeAs(named);
    }

    @Test
    void aValueOfAnotherTypeDoesNotLeaveItsNode() {
        WireMessage message = new PartitionQuery.ReadCounts(new AtomicLong(1), EntryId.ZERO, ref(LiveCounts.class));

        assertThatThrownBy(() -> SERIALIZATION.serialize(message).get()).hasMessageContaining("AtomicLong");
    }

    private static String name(WireMessage message) {
        return Arrays.stream(WireMessage.class.getAnnotation(JsonSubTypes.class).value())
                .filter(type -> type.value() == message.getClass())
                .findFirst()
                .orElseThrow()
                .name();
    }

    private static Set<Class<?>> records(Class<?> sealed) {
        Class<?>[] permitted = sealed.getPermittedSubclasses();
        return permitted == null
                ? Set.of(sealed)
                : Arrays.stream(permitted)
                        .flatMap(subclass -> records(subclass).stream())
                        .collect(Collectors.toSet());
    }

    private static <T> ActorRef<T> ref(Class<T> type) {
        return TESTKIT.createTestProbe(type).ref();
    }
}
