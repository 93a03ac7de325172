package io.weir;

import com.typesafe.config.Config;
import io.weir.definition.DefinitionFault;
import io.weir.definition.DefinitionFiles;
import io.weir.definition.DefinitionParser;
import io.weir.definition.StreamDefinition;
import io.weir.store.Catalog;
import io.weir.store.Database;
import io.weir.store.SchemaCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Reads the stream definitions and refuses the start with all of their faults at once. */
final class Definitions {
    private Definitions() {}

    static List<StreamDefinition> read(Path directory, Config weir) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new StartFailure(List.of("weir: there are no stream definitions: " + directory + " is missing"));
        }
        List<DefinitionFiles.Text> texts = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".conf"))
                    .sorted()
                    .toList()) {
                texts.add(new DefinitionFiles.Text("conf/streams/" + file.getFileName(), Files.readString(file)));
            }
        }
        DefinitionParser.Parsed parsed = DefinitionFiles.parseAll(texts, weir.getConfig("stream-defaults"));
        refuse(parsed.faults());
        return parsed.definitions();
    }

    /** Divides tables where definitions want that, and compares all of them with what definitions say. */
    static Catalog check(List<StreamDefinition> definitions, Database database) throws Exception {
        Map<String, String> undivided = database.divideTables(definitions, LocalDate.now(ZoneOffset.UTC));
        SchemaCheck.Result result = database.check(definitions, undivided);
        refuse(result.faults());
        return result.catalog();
    }

    private static void refuse(List<DefinitionFault> faults) {
        if (!faults.isEmpty()) {
            List<String> lines = new ArrayList<>();
            lines.add("weir: the stream definitions can't be used:");
            faults.forEach(fault -> lines.add("  " + fault));
            throw new StartFailure(lines);
        }
    }
}
