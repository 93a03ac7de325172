package io.weir.enrich;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.settings.SettingsException;
import io.weir.testkit.CountryFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CountryDatabaseTest {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @TempDir
    private Path directory;

    @Test
    void anAddressHasTheCountryOfItsNetwork() {
        CountryDatabase countries = open(file("192.0.2.0/24", "DE"));
        assertThat(countries.country("192.0.2.1")).isEqualTo("DE");
        assertThat(countries.country("::ffff:192.0.2.1")).isEqualTo("DE");
        assertThat(countries.country("192.0.3.1")).isNull();
        assertThat(countries.country("2001:db8::1")).isNull();
        assertThat(counted("weir.enrich.countries", "found")).isEqualTo(2);
        assertThat(counted("weir.enrich.countries", "unknown")).isEqualTo(2);
    }

    @Test
    void ipv6NetworksAreFoundAndWhatIsNoCodeIsNot() {
        Path file = directory.resolve("v6.mmdb");
        new CountryFile()
                .with("2001:db8::/32", "FR")
                .with("198.51.100.0/24", "Nowhere")
                .writeTo(file);
        CountryDatabase countries = open(file);
        assertThat(countries.country("2001:db8:1::1")).isEqualTo("FR");
        assertThat(countries.country("198.51.100.7")).isNull();
    }

    @Test
    void aNewFileIsTakenAndABrokenOneIsNot() throws Exception {
        Path file = file("192.0.2.0/24", "DE");
        CountryDatabase countries = open(file);
        countries.refresh();
        assertThat(counted("weir.enrich.country.database.reloads", "ok")).isZero();

        new CountryFile().with("192.0.2.0/24", "AT").with("192.0.3.0/24", "CH").writeTo(file);
        countries.refresh();
        assertThat(countries.country("192.0.2.1")).isEqualTo("AT");
        assertThat(countries.country("192.0.3.1")).isEqualTo("CH");
        assertThat(counted("weir.enrich.country.database.reloads", "ok")).isEqualTo(1);

        Files.writeString(file, "no database");
        countries.refresh();
        countries.refresh();
        assertThat(countries.country("192.0.2.1")).isEqualTo("AT");
        assertThat(counted("weir.enrich.country.database.reloads", "failed")).isEqualTo(1);

        Files.delete(file);
        countries.refresh();
        countries.refresh();
        assertThat(countries.country("192.0.2.1")).isEqualTo("AT");
        assertThat(counted("weir.enrich.country.database.reloads", "failed")).isEqualTo(2);

        new CountryFile().with("192.0.2.0/24", "IT").writeTo(file);
        countries.refresh();
        assertThat(countries.country("192.0.2.1")).isEqualTo("IT");
    }

    @Test
    void aFileThatIsMissingOrNoDatabaseIsRefusedAtTheStart() throws Exception {
        Path missing = directory.resolve("missing.mmdb");
        assertThatThrownBy(() -> open(missing))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("weir.enrich.country-database")
                .hasMessageContaining(missing.toString());
        Path text = Files.writeString(directory.resolve("text.mmdb"), "no database");
        assertThatThrownBy(() -> open(text))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("MMDB");
    }

    private Path file(String network, String country) {
        Path file = directory.resolve("countries.mmdb");
        new CountryFile().with(network, country).writeTo(file);
        return file;
    }

    private CountryDatabase open(Path file) {
        return CountryDatabase.open(file.toString(), meters);
    }

    private double counted(String name, String result) {
        return meters.get(name).tag("result", result).counter().count();
    }
}
