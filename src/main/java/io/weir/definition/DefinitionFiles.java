package io.weir.definition;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderClasspath;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigIncluderURL;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import io.weir.settings.Environment;
import io.weir.settings.Hocon;
import java.io.File;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;

/** Turns the texts of definition files into definitions. Reads no file itself. */
public final class DefinitionFiles {
    /**
     * A file's text.
     *
     * @param file its name, for messages
     */
    public record Text(String file, String content) {}

    /** What became of one text. */
    public sealed interface Outcome {
        /** It is HOCON. */
        record Parsed(DefinitionParser.Source source) implements Outcome {}

        /** It is not. */
        record Unreadable(DefinitionFault fault) implements Outcome {}
    }

    private DefinitionFiles() {}

    /** Parses one text as HOCON. */
    public static Outcome parse(Text text) {
        try {
            Config parsed = Hocon.parse(
                    text.content(),
                    ConfigParseOptions.defaults()
                            .setOriginDescription(text.file())
                            .setIncluder(new NoIncludes()));
            Config config = Environment.resolve(parsed, System.getenv());
            return new Outcome.Parsed(new DefinitionParser.Source(text.file(), config));
        } catch (StackOverflowError tooDeep) {
            return new Outcome.Unreadable(
                    new DefinitionFault(text.file(), "*", "is nested too deeply", "correct the braces and brackets"));
        } catch (ConfigException problem) {
            int line = problem.origin() == null ? -1 : problem.origin().lineNumber();
            String message = String.valueOf(problem.getMessage());
            String prefix = problem.origin() == null ? "" : problem.origin().description() + ": ";
            return new Outcome.Unreadable(new DefinitionFault(
                    line > 0 ? text.file() + ":" + line : text.file(),
                    "*",
                    message.startsWith(prefix) ? message.substring(prefix.length()) : message,
                    "correct the syntax (HOCON)"));
        }
    }

    /** Parses all texts and the definitions in them; the faults are those of syntax and of content. */
    public static DefinitionParser.Parsed parseAll(List<Text> texts, Config streamDefaults) {
        List<DefinitionParser.Source> sources = new ArrayList<>();
        List<DefinitionFault> faults = new ArrayList<>();
        for (Text text : texts) {
            switch (parse(text)) {
                case Outcome.Parsed parsed -> sources.add(parsed.source());
                case Outcome.Unreadable unreadable -> faults.add(unreadable.fault());
            }
        }
        DefinitionParser.Parsed parsed = DefinitionParser.parse(sources, streamDefaults);
        faults.addAll(parsed.faults());
        return new DefinitionParser.Parsed(parsed.definitions(), faults);
    }

    /** Refuses includes: the text would depend on files that its caller doesn't know of. */
    private static final class NoIncludes
            implements ConfigIncluder, ConfigIncluderFile, ConfigIncluderURL, ConfigIncluderClasspath {
        @Override
        public ConfigIncluder withFallback(ConfigIncluder fallback) {
            return this;
        }

        @Override
        public ConfigObject include(ConfigIncludeContext context, String what) {
            throw refusal(what);
        }

        @Override
        public ConfigObject includeFile(ConfigIncludeContext context, File what) {
            throw refusal(what.toString());
        }

        @Override
        public ConfigObject includeURL(ConfigIncludeContext context, URL what) {
            throw refusal(what.toString());
        }

        @Override
        public ConfigObject includeResources(ConfigIncludeContext context, String what) {
            throw refusal(what);
        }

        private static ConfigException refusal(String what) {
            return new ConfigException.Generic("include \"" + what + "\": a definition can't include other files");
        }
    }
}
