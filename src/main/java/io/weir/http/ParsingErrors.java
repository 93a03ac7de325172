package io.weir.http;

import org.apache.pekko.event.LoggingAdapter;
import org.apache.pekko.http.ParsingErrorHandler;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.scaladsl.model.ErrorInfo;
import org.apache.pekko.http.scaladsl.model.StatusCode;
import org.apache.pekko.http.scaladsl.settings.ServerSettings;

/** Answers what is no HTTP request with a problem too. Pekko finds it by its name, as it would a Scala object. */
public final class ParsingErrors extends ParsingErrorHandler {
    /** The instance, under the name that Pekko looks for. */
    public static final ParsingErrors MODULE$ = new ParsingErrors();

    private ParsingErrors() {}

    @Override
    public HttpResponse handle(StatusCode status, ErrorInfo error, LoggingAdapter log, ServerSettings settings) {
        return SecurityHeaders.PLAIN.addTo(
                Problem.of(status.intValue(), status.reason(), error.summary()).response());
    }
}
