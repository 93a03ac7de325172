package io.weir.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

class DatabaseFailureTest {
    private static PSQLException refusal(String... fields) {
        return new PSQLException(new ServerErrorMessage(String.join("\0", fields) + "\0"));
    }

    @Test
    void whatTheDatabaseRefusesIsToldWithoutTheValuesThatItQuotes() {
        PSQLException refused = refusal(
                "SERROR",
                "C23514",
                "Mnew row violates a constraint, secret",
                "DFailing row contains (secret).",
                "tlinks",
                "nfew");
        assertThat(DatabaseFailure.describe(refused)).isEqualTo("SQLSTATE 23514 (constraint few, table links)");
        assertThat(DatabaseFailure.describe(refusal("SERROR", "C22P02", "Minvalid input: \"secret\"")))
                .isEqualTo("SQLSTATE 22P02");
        assertThat(DatabaseFailure.describe(refusal("SERROR", "CP0001", "Mnot secret")))
                .isEqualTo("SQLSTATE P0001");
    }

    @Test
    void whatAPersonHasToMendIsToldInTheDatabasesWords() {
        PSQLException missing = refusal("SERROR", "C42P01", "Mrelation \"links\" does not exist", "Dsecret");
        assertThat(DatabaseFailure.describe(missing))
                .isEqualTo("ERROR: relation \"links\" does not exist (SQLSTATE 42P01)");
        assertThat(DatabaseFailure.describe(new SQLException("the pool has been closed")))
                .isEqualTo("the pool has been closed");
    }

    @Test
    void whatIsNoneOfTheDatabasesIsLeftToOthers() {
        assertThat(DatabaseFailure.describe(new IllegalStateException("secret")))
                .isNull();
    }
}
