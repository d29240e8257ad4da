namespace Gateway.Storage.Low;

/// <summary>Tables of the low side, in steps that are applied once each. Portable between SQLite and PostgreSQL.</summary>
internal static class LowSchema
{
    /// <summary>
    /// Times are milliseconds since 1970 (UTC). The partial index is what decides between two submitters that race for one name@version:
    /// states 1 to 6 hold it, the refused, rejected, cancelled and expired do not.
    /// </summary>
    public static IReadOnlyList<string> Migrations { get; } =
    [
        """
        CREATE TABLE transfers (
            id TEXT PRIMARY KEY,
            kind INTEGER NOT NULL,
            name TEXT NOT NULL,
            version TEXT NOT NULL,
            folded_name TEXT NOT NULL,
            folded_version TEXT NOT NULL,
            class TEXT NOT NULL,
            destination TEXT NOT NULL,
            lane TEXT NOT NULL,
            submitter TEXT NOT NULL,
            purpose TEXT NOT NULL,
            priority INTEGER NOT NULL,
            total_bytes BIGINT NOT NULL,
            files INTEGER NOT NULL,
            state INTEGER NOT NULL,
            staged_bytes BIGINT NOT NULL DEFAULT 0,
            manifest_sha256 TEXT,
            inspection_sha256 TEXT,
            release_sha256 TEXT,
            sequence BIGINT NOT NULL DEFAULT 0,
            approvals_required INTEGER NOT NULL DEFAULT 0,
            policy_rules TEXT NOT NULL DEFAULT '',
            expires BIGINT,
            sent_bytes BIGINT NOT NULL DEFAULT 0,
            session BIGINT NOT NULL DEFAULT 0,
            refusal_code INTEGER NOT NULL DEFAULT 0,
            refusal_detail TEXT NOT NULL DEFAULT '',
            created BIGINT NOT NULL,
            updated BIGINT NOT NULL,
            revision BIGINT NOT NULL DEFAULT 1
        );
        CREATE UNIQUE INDEX transfers_by_version ON transfers (folded_name, folded_version) WHERE state BETWEEN 1 AND 6;
        CREATE INDEX transfers_by_state ON transfers (state, id);
        CREATE TABLE releases (
            transfer_id TEXT PRIMARY KEY REFERENCES transfers (id),
            payload BLOB NOT NULL
        );
        CREATE TABLE approvals (
            transfer_id TEXT NOT NULL REFERENCES transfers (id),
            person TEXT NOT NULL,
            approved INTEGER NOT NULL,
            key_id TEXT NOT NULL,
            signature BLOB NOT NULL,
            message TEXT NOT NULL,
            time BIGINT NOT NULL,
            PRIMARY KEY (transfer_id, person)
        );
        CREATE TABLE artifact_sequences (
            folded_name TEXT PRIMARY KEY,
            last_sequence BIGINT NOT NULL
        );
        CREATE TABLE lane_sessions (
            lane TEXT PRIMARY KEY,
            last_session BIGINT NOT NULL
        );
        """,
        """
        CREATE TABLE lane_epochs (
            lane TEXT PRIMARY KEY,
            last_epoch BIGINT NOT NULL
        );
        ALTER TABLE transfers ADD COLUMN sent_payload_bytes INTEGER NOT NULL DEFAULT 0;
        """,
        """
        CREATE TABLE repairs (
            transfer_id TEXT PRIMARY KEY REFERENCES transfers (id),
            payload_bytes INTEGER NOT NULL,
            blocks TEXT NOT NULL
        );
        CREATE TABLE sessions (
            lane TEXT NOT NULL,
            session BIGINT NOT NULL,
            transfer_id TEXT NOT NULL,
            payload_bytes INTEGER NOT NULL,
            blocks TEXT NOT NULL,
            PRIMARY KEY (lane, session)
        );
        """,
        "CREATE INDEX sessions_by_transfer ON sessions (transfer_id, lane, session);",
        """
        CREATE TABLE sent_files (
            destination TEXT NOT NULL,
            sha256 BLOB NOT NULL,
            sent BIGINT NOT NULL,
            PRIMARY KEY (destination, sha256)
        );
        CREATE INDEX sent_files_by_age ON sent_files (sent);
        ALTER TABLE transfers ADD COLUMN spared_bytes BIGINT NOT NULL DEFAULT 0;
        """,
    ];
}
