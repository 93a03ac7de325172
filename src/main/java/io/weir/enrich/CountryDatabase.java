package io.weir.enrich;

import com.maxmind.db.CHMCache;
import com.maxmind.db.Reader;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.weir.settings.SettingsException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Countries of addresses, from a file in MaxMind's format (MMDB) that the user supplies. The file is held in memory, so that
 * it may be replaced in any way; {@link #refresh} takes it up. Thread-safe.
 */
final class CountryDatabase {
    private static final Logger log = LoggerFactory.getLogger(CountryDatabase.class);

    /** What tells one version of the file from another. */
    private record Version(FileTime modified, long size) {}

    private final Path file;
    private final Counter found;
    private final Counter notFound;
    private final Counter reloaded;
    private final Counter failed;
    private volatile Reader reader;
    /** Also of a file that can't be used, so that it is told of once. */
    private Version seen;

    private CountryDatabase(Path file, Version seen, Reader reader, MeterRegistry meters) {
        this.file = file;
        this.seen = seen;
        this.reader = reader;
        this.found = lookups(meters, "found");
        this.notFound = lookups(meters, "unknown");
        this.reloaded = reloads(meters, "ok");
        this.failed = reloads(meters, "failed");
        Gauge.builder("weir.enrich.country.database.built", this, CountryDatabase::builtSeconds)
                .description("when the country database was built")
                .baseUnit("seconds")
                .register(meters);
    }

    private static Counter lookups(MeterRegistry meters, String result) {
        return Counter.builder("weir.enrich.countries")
                .description("addresses whose country was looked up")
                .tag("result", result)
                .register(meters);
    }

    private static Counter reloads(MeterRegistry meters, String result) {
        return Counter.builder("weir.enrich.country.database.reloads")
                .description("new versions of the country database")
                .tag("result", result)
                .register(meters);
    }

    /** Opens a file; {@link SettingsException} when it is none that can be used. */
    static CountryDatabase open(String path, MeterRegistry meters) {
        Path file = Path.of(path);
        try {
            Version version = version(file);
            return new CountryDatabase(file, version, read(file), meters);
        } catch (IOException problem) {
            throw new SettingsException(
                    "enrich.country-database",
                    "can't read " + file.toAbsolutePath() + " (" + problem
                            + "); name a country database in MMDB format," + " or leave it empty");
        }
    }

    private static Version version(Path file) throws IOException {
        return new Version(Files.getLastModifiedTime(file), Files.size(file));
    }

    private static Reader read(Path file) throws IOException {
        Reader read = new Reader(file.toFile(), Reader.FileMode.MEMORY, new CHMCache());
        try {
            // that its tree can be walked is not said by its metadata
            var _ = read.get(InetAddress.ofLiteral("192.0.2.1"), Map.class);
            return read;
        } catch (RuntimeException broken) {
            throw new IOException("is broken: " + broken.getMessage(), broken);
        }
    }

    private double builtSeconds() {
        return reader.getMetadata().buildEpoch().doubleValue();
    }

    /** Takes the file's newest version, if it can be used. Blocks; for one thread at a time. */
    void refresh() {
        try {
            Version version = version(file);
            if (version.equals(seen)) {
                return;
            }
            // whatever becomes of it: the next one is another
            seen = version;
            reader = read(file);
            reloaded.increment();
            log.info(
                    "country database {} of {} taken",
                    file,
                    reader.getMetadata().buildTime());
        } catch (IOException | RuntimeException problem) {
            if (seen.size() >= 0) {
                failed.increment();
                log.warn(
                        "country database {} can't be read; the one before stays in use: {}", file, problem.toString());
            }
            if (!Files.exists(file)) {
                seen = new Version(FileTime.fromMillis(0), -1);
            }
        }
    }

    /** Two letters of ISO 3166-1; null when it is not known. */
    @Nullable
    String country(String address) {
        String country = null;
        try {
            country = code(reader.get(InetAddress.ofLiteral(address), Map.class));
        } catch (IOException | RuntimeException unreadable) {
            // counted as unknown
        }
        (country == null ? notFound : found).increment();
        return country;
    }

    /** As MaxMind and DB-IP keep it, or as IPinfo does. */
    private static @Nullable String code(@Nullable Map<?, ?> entry) {
        if (entry == null) {
            return null;
        }
        Object country = entry.get("country");
        Object code = country instanceof Map<?, ?> parts
                ? parts.get("iso_code")
                : Objects.requireNonNullElse(entry.get("country_code"), Objects.requireNonNullElse(country, ""));
        return code instanceof String text && text.matches("[A-Z]{2}") ? text : null;
    }
}
