package io.weir.logging;

import static org.assertj.core.api.Assertions.assertThat;

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
