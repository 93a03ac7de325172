package io.weir.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.store.SqlStates.Failure;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqlStatesTest {
    @ParameterizedTest
    @CsvSource({
        "40001, Conflict",
        "40P01, Conflict",
        "55P03, Conflict",
        "0A000, Conflict",
        "26000, Conflict",
        "08006, Away",
        "53300, Away",
        "57P01, Away",
        "57014, Away",
        "25006, Away",
        "28P01, Away",
        "3D000, Away",
        "58030, Away",
        "22003, Poison",
        "23505, Poison",
        "23503, Poison",
        "54000, Poison",
        "44000, Poison",
        "P0001, Poison",
        "21000, Poison",
        "42P01, Misconfigured",
        "42501, Misconfigured",
        "3F000, Misconfigured",
        "ZZ000, Misconfigured",
    })
    void eachCodeHasItsMeaning(String state, String meaning) {
        assertThat(SqlStates.classify(new SQLException("", state)).getClass().getSimpleName())
                .isEqualTo(meaning);
    }

    @Test
    void anExhaustedPoolIsADatabaseThatIsAway() {
        assertThat(SqlStates.classify(new SQLTransientConnectionException("weir - Connection is not available")))
                .isEqualTo(new Failure.Away());
    }

    @Test
    void aCommitThatFailedForItsDataWroteNothingAndALostOneIsOpen() {
        assertThat(SqlStates.certainlyRolledBack(new SQLException("", "23503"))).isTrue();
        assertThat(SqlStates.certainlyRolledBack(new SQLException("", "40001"))).isTrue();
        assertThat(SqlStates.certainlyRolledBack(new SQLException("", "08006"))).isFalse();
        assertThat(SqlStates.certainlyRolledBack(new SQLException("", "57P01"))).isFalse();
        assertThat(SqlStates.certainlyRolledBack(new SQLException(""))).isFalse();
    }
}
