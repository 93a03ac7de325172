package io.weir.logging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParseException;
import io.weir.event.InvalidEventException;
import io.weir.settings.SettingsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class FailureTextTest {
    @Test
    void aMessageThatMayQuoteAValueIsNotTold() {
        NumberFormatException quoting = new NumberFormatException("For input string: \"secret\"");
        assertThat(FailureText.describe(new CompletionException(quoting)))
                .startsWith("NumberFormatException at io.weir.logging.FailureTextTest.aMessage")
                .doesNotContain("secret");
    }

    /** Jackson's is one of IO, and what refuses an event or a request is one of Weir's. */
    @Test
    void norIsOneOfAParserOrOfARefusal() {
        for (Throwable quoting : new Throwable[] {
            new JsonParseException(null, "Unrecognized token 'secret'"), new InvalidEventException("count", "is secret")
        }) {
            assertThat(FailureText.describe(quoting))
                    .startsWith(quoting.getClass().getSimpleName())
                    .doesNotContain("secret");
            assertThat(FailureText.withoutMessages(quoting).toString()).doesNotContain("secret");
        }
    }

    @Test
    void aTextThatRepeatsTheMessageOfAFailureOrOfItsCauseNamesTheirClassesInstead() {
        Throwable failure = new IllegalStateException("secret one", new IOException("Connection reset"));
        assertThat(FailureText.withoutMessages("it failed: secret one, Connection reset", failure))
                .isEqualTo("it failed: IllegalStateException, Connection reset");
        assertThat(FailureText.withoutMessages("nothing new", new IllegalStateException("")))
                .isEqualTo("nothing new");
    }

    @Test
    void messagesOfTheNetworkAndOfWeirAreTold() {
        assertThat(FailureText.describe(new IOException("Connection reset"))).isEqualTo("Connection reset");
        assertThat(FailureText.describe(new SettingsException("a.b", "is wrong")))
                .contains("a.b");
        assertThat(FailureText.describe(new IOException())).startsWith("IOException at ");
    }

    @Test
    void aTraceIsLeftWithoutTheMessages() {
        Throwable failure = new IllegalStateException("secret one", new IllegalArgumentException("secret two"));
        StringWriter text = new StringWriter();
        FailureText.withoutMessages(failure).printStackTrace(new PrintWriter(text));
        assertThat(text.toString())
                .contains(
                        "java.lang.IllegalStateException",
                        "Caused by: ",
                        "java.lang.IllegalArgumentException",
                        "FailureTextTest")
                .doesNotContain("secret");
    }
}
