package io.weir.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import io.weir.settings.Configuration;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Props;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What the log that ships says of failures of which nobody thought. */
class CarefulAppenderTest {
    private static final String MARKER = "Xq7marker";

    /** Fails as code does that takes a key or a body for something else. */
    private static IllegalStateException failure(String where) {
        return new IllegalStateException(
                where + " can't take " + MARKER, new NumberFormatException("For input string: \"" + MARKER + "\""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "json"})
    void whatAnActorFailsWithIsLoggedWithoutTheValueItQuotes(String format) throws Exception {
        LoggerContext shipped = new LoggerContext();
        shipped.putProperty("WEIR_LOG_FORMAT", format);
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(shipped);
        configurator.doConfigure("conf/logback.xml");
        CarefulAppender careful = (CarefulAppender) Objects.requireNonNull(
                shipped.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("careful"));
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        Appender<ILoggingEvent> console = Objects.requireNonNull(careful.getAppender(format));
        ((OutputStreamAppender<ILoggingEvent>) console).setOutputStream(written);
        Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        root.addAppender(careful);
        ActorSystem system = ActorSystem.create("failing", Configuration.load(Path.of("no-such-file")));
        try {
            Adapter.spawn(system, failing("typed"), "typed").tell("event");
            Adapter.spawn(
                            system,
                            Behaviors.supervise(failing("restarted")).onFailure(SupervisorStrategy.restart()),
                            "restarted")
                    .tell("event");
            system.actorOf(Props.create(Failing.class), "classic").tell("event", ActorRef.noSender());
            LoggerFactory.getLogger("a.library")
                    .warn("a callback: {}", failure("it").toString(), failure("it"));

            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(text(written).split("java.lang.NumberFormatException", -1))
                            .hasSize(4 + 1));
        } finally {
            system.terminate();
            system.getWhenTerminated().toCompletableFuture().get();
            root.detachAppender(careful);
            shipped.stop();
        }
        assertThat(text(written))
                .doesNotContain(MARKER)
                .contains("a callback: java.lang.IllegalStateException: IllegalStateException")
                .contains("CarefulAppenderTest");
    }

    private static String text(ByteArrayOutputStream written) {
        return written.toString(StandardCharsets.UTF_8);
    }

    private static Behavior<String> failing(String name) {
        return Behaviors.receiveMessage(message -> {
            throw failure(name);
        });
    }

    /** Its parent's strategy has the failure logged. */
    public static final class Failing extends AbstractActor {
        @Override
        public Receive createReceive() {
            return receiveBuilder()
                    .matchAny(message -> {
                        throw failure("classic");
                    })
                    .build();
        }
    }
}
