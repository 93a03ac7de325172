package io.weir.build;

import com.typesafe.config.ConfigFactory;
import io.openapiprocessor.interfaces.ConverterException;
import io.weir.contract.ApiContract;
import io.weir.http.ApiDescription;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What Weir really has, for files that name it: variables, paths, times. */
final class Deployed {
    /** Where variables are read: HOCON's and the shell's substitutions, and names in Java's text. */
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{\\??([A-Z][A-Z0-9_]+)|\"(REDIS_[A-Z]+)\"");

    private Deployed() {}

    /** Every environment variable that the server, its launcher or its log reads. */
    static Set<String> variables() throws IOException {
        Set<String> variables = new TreeSet<>();
        for (String file : new String[] {
            "src/main/resources/environment.conf",
            "src/main/java/io/weir/settings/RedisUrl.java",
            "weir",
            "conf/logback.xml"
        }) {
            VARIABLE.matcher(Files.readString(Path.of(file)))
                    .results()
                    .forEach(match -> variables.add(match.group(1) == null ? match.group(2) : match.group(1)));
        }
        return variables;
    }

    /** Whether a GET of this path is answered; that the description tells all routes, and no others, is tested elsewhere. */
    static boolean answers(String path) throws ConverterException {
        return new ApiContract(ApiDescription.document()).operations().containsKey("GET " + path);
    }

    /** A time as settings write it: 30s. */
    static Duration duration(Object text) {
        return ConfigFactory.parseString("time = \"" + text + "\"").getDuration("time");
    }
}
