package io.weir.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import io.weir.settings.AccessKeyHash;
import io.weir.settings.AccessSettings;
import io.weir.settings.SettingsException;
import java.io.PrintWriter;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weir keys create}: makes a key. Nothing is kept of it; the configuration gets its hash. */
@Command(
        name = "create",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Makes a key and prints it, once, with what to put into conf/weir.conf.",
            "",
            "The server knows the key after its next start. To replace one, have both in the configuration until every"
                    + " client sends the new one; weir_access_requests_total tells.",
            ""
        })
final class KeysCreateCommand implements Callable<Integer> {
    /** What keys begin with, so that people and scanners of secrets recognise one. */
    static final String PREFIX = "wk_";

    private static final int RANDOM_BYTES = 32;

    @Parameters(paramLabel = "NAME", description = "What the key is called: letters, digits, - and _.")
    private String name = "";

    @Option(
            names = "--stream",
            paramLabel = "NAME",
            description = "A stream that it is for, may be repeated; default all.")
    private List<String> streams = new ArrayList<>();

    @Option(
            names = "--origin",
            paramLabel = "ORIGIN",
            description =
                    "A site whose pages may use it, as https://example.com, may be repeated; default no restriction.")
    private List<String> origins = new ArrayList<>();

    @Option(
            names = "--field",
            paramLabel = "FIELD=VALUE",
            description = "What every event sent with it must hold, as projectId=acme; may be repeated.")
    private Map<String, String> fields = new TreeMap<>();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        byte[] random = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(random);
        String key = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        String block = block(AccessKeyHash.of(key));
        PrintWriter out = spec.commandLine().getOut();
        out.println(key);
        out.println();
        out.println("This is the key; it is not shown again. For conf/weir.conf:");
        out.println();
        out.print(block);
        out.flush();
        return 0;
    }

    private String block(String hash) {
        Map<String, Object> key = new LinkedHashMap<>();
        key.put("hash", hash);
        if (!streams.isEmpty()) {
            key.put("streams", streams);
        }
        if (!fields.isEmpty()) {
            key.put("fields", fields);
        }
        if (!origins.isEmpty()) {
            key.put("origins", origins);
        }
        Config access =
                ConfigFactory.empty().withValue("weir.access.keys", ConfigValueFactory.fromMap(Map.of(name, key)));
        try {
            // what the server would refuse is better said now
            AccessSettings.keys(access.getConfig("weir"));
        } catch (SettingsException refused) {
            throw new ParameterException(spec.commandLine(), String.valueOf(refused.getMessage()));
        }
        StringBuilder block = new StringBuilder("weir.access.keys." + name + " {\n");
        key.forEach((member, value) -> block.append("  ")
                .append(member)
                .append(" = ")
                .append(ConfigValueFactory.fromAnyRef(value).render(ConfigRenderOptions.concise()))
                .append('\n'));
        return block.append("}\n").toString();
    }
}
