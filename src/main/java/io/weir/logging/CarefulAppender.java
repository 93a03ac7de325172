package io.weir.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.spi.AppenderAttachable;
import ch.qos.logback.core.spi.AppenderAttachableImpl;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Hands lines on to other appenders without what a failure may quote of an event. For lines of libraries, which log whatever
 * failed with its message, and often have that message for their text, as Pekko does for an actor that fails.
 */
public final class CarefulAppender extends UnsynchronizedAppenderBase<ILoggingEvent>
        implements AppenderAttachable<ILoggingEvent> {
    private final AppenderAttachableImpl<ILoggingEvent> appenders = new AppenderAttachableImpl<>();

    @Override
    protected void append(ILoggingEvent line) {
        appenders.appendLoopOnAppenders(
                line.getThrowableProxy() instanceof ThrowableProxy failed
                        ? without(line, failed.getThrowable())
                        : line);
    }

    private static LoggingEvent without(ILoggingEvent line, Throwable failure) {
        LoggingEvent careful = new LoggingEvent();
        careful.setLoggerContextRemoteView(line.getLoggerContextVO());
        careful.setLoggerName(line.getLoggerName());
        careful.setLevel(line.getLevel());
        careful.setThreadName(line.getThreadName());
        careful.setInstant(line.getInstant());
        careful.setMDCPropertyMap(line.getMDCPropertyMap());
        careful.setMessage(FailureText.withoutMessages(line.getFormattedMessage(), failure));
        careful.setThrowableProxy(new ThrowableProxy(FailureText.withoutMessages(failure)));
        return careful;
    }

    @Override
    public void stop() {
        appenders.detachAndStopAllAppenders();
        super.stop();
    }

    @Override
    public void addAppender(Appender<ILoggingEvent> appender) {
        appenders.addAppender(appender);
    }

    @Override
    public Iterator<Appender<ILoggingEvent>> iteratorForAppenders() {
        return appenders.iteratorForAppenders();
    }

    @Override
    public @Nullable Appender<ILoggingEvent> getAppender(String appenderName) {
        return appenders.getAppender(appenderName);
    }

    @Override
    public boolean isAttached(Appender<ILoggingEvent> appender) {
        return appenders.isAttached(appender);
    }

    @Override
    public void detachAndStopAllAppenders() {
        appenders.detachAndStopAllAppenders();
    }

    @Override
    public boolean detachAppender(Appender<ILoggingEvent> appender) {
        return appenders.detachAppender(appender);
    }

    @Override
    public boolean detachAppender(String appenderName) {
        return appenders.detachAppender(appenderName);
    }
}
