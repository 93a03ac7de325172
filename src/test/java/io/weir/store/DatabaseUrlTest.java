package io.weir.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseUrlTest {
    @ParameterizedTest
    @CsvSource({
        "postgres://ada@db:5433/shop, jdbc:postgresql://db:5433/shop, ada, ",
        "postgresql://ada:secret@db/shop, jdbc:postgresql://db/shop, ada, secret",
        "postgres://ada:p%40ss%2Fw+rd@db/shop, jdbc:postgresql://db/shop, ada, p@ss/w+rd",
        "postgres://ada:a:b@db/shop, jdbc:postgresql://db/shop, ada, a:b",
        "postgres://ada@db, jdbc:postgresql://db/ada, ada, ",
        "postgres://db/shop?user=ada&password=secret, jdbc:postgresql://db/shop, ada, secret",
        "postgres:///shop?host=db&port=5433&user=ada, jdbc:postgresql://db:5433/shop, ada, ",
        "postgres://ada@[::1]:5433/shop, jdbc:postgresql://[::1]:5433/shop, ada, ",
        "postgres://ada@db/shop?sslmode=require&application_name=x,"
                + " jdbc:postgresql://db/shop?sslmode=require&ApplicationName=x, ada, ",
        "postgres://ada@db/shop?target_session_attrs=read-write,"
                + " jdbc:postgresql://db/shop?targetServerType=primary, ada, ",
        "jdbc:postgresql://db:5433/shop, jdbc:postgresql://db:5433/shop, , ",
        "jdbc:postgresql://db/shop?user=ada&password=s%26t&ssl=true, jdbc:postgresql://db/shop?ssl=true, ada, s&t",
    })
    void everyFormBecomesWhatTheDriverTakes(String given, String jdbcUrl, String user, String password) {
        DatabaseUrl url = DatabaseUrl.parse(given);
        assertThat(url.jdbcUrl()).isEqualTo(jdbcUrl);
        assertThat(url.user()).isEqualTo(user);
        assertThat(url.password()).isEqualTo(password);
        assertThat(url.hosts()).isEqualTo(1);
    }

    @Test
    void severalHostsAreCounted() {
        DatabaseUrl url = DatabaseUrl.parse("postgres://ada@one:5432,two:5433/shop");
        assertThat(url.jdbcUrl()).isEqualTo("jdbc:postgresql://one:5432,two:5433/shop");
        assertThat(url.hosts()).isEqualTo(2);
        assertThat(DatabaseUrl.parse("jdbc:postgresql://one,two/shop").hosts()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "mysql://ada:topsecret@db/shop",
                "postgres://ada:topsecret@db:notaport/shop",
                "postgres://ada:topsecret@db:70000/shop",
                "postgres://ada:topsecret%zz@db/shop",
                "postgres://ada:topsecret@db/shop?target_session_attrs=standby",
                "jdbc:postgresql://ada:topsecret@db/shop",
                "postgres://db",
            })
    void aBadUrlIsRefusedWithoutShowingThePassword(String given) {
        assertThatThrownBy(() -> DatabaseUrl.parse(given))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("DATABASE_URL")
                .hasMessageContaining("postgres://user:password@host:port/database")
                .hasMessageNotContaining("topsecret");
    }

    @Test
    void aUrlPrintedShowsNoPassword() {
        assertThat(DatabaseUrl.parse("postgres://ada:topsecret@db/shop?sslpassword=topsecret")
                        .toString())
                .isEqualTo("jdbc:postgresql://db/shop as ada");
    }
}
