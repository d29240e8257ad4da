namespace Gateway.Storage.High;

/// <summary>Tables of the high side, in steps that are applied once each. Portable between SQLite and PostgreSQL.</summary>
internal static class HighSchema
{
    /// <summary>
    /// Times are milliseconds since 1970 (UTC). <c>consumed</c>, <c>versions</c> and <c>artifacts</c> are the ledger: rows are added by publication
    /// and never removed, and their keys refuse a second publication whatever the code above them believes. The <c>due_ms</c> of a delivery is when it may be
    /// handed out, when it runs out, or when it was given up.
    /// </summary>
    public static IReadOnlyList<string> Migrations { get; } =
    [
        """
        CREATE TABLE imports (
            id TEXT NOT NULL PRIMARY KEY,
            position BIGINT NOT NULL UNIQUE,
            transfer_id TEXT NOT NULL,
            kind INTEGER NOT NULL,
            name TEXT NOT NULL,
            version TEXT NOT NULL,
            class TEXT NOT NULL,
            state INTEGER NOT NULL,
            submitter TEXT NOT NULL,
            approvers TEXT NOT NULL,
            files INTEGER NOT NULL,
            bytes BIGINT NOT NULL,
            received_bytes BIGINT NOT NULL,
            missing_blocks BIGINT NOT NULL,
            release_sha256 TEXT NOT NULL,
            manifest_sha256 TEXT NOT NULL,
            sequence BIGINT NOT NULL,
            lane TEXT NOT NULL,
            session BIGINT NOT NULL,
            not_after_ms BIGINT NOT NULL,
            refusal_code INTEGER NOT NULL,
            refusal_detail TEXT NOT NULL,
            created_ms BIGINT NOT NULL,
            updated_ms BIGINT NOT NULL
        );
        CREATE INDEX imports_by_state ON imports (state, position);
        CREATE TABLE blocks (
            import_id TEXT NOT NULL PRIMARY KEY REFERENCES imports (id),
            block_bytes INTEGER NOT NULL,
            bitmap BLOB NOT NULL
        );
        CREATE TABLE consumed (
            transfer_id TEXT NOT NULL PRIMARY KEY,
            release_sha256 TEXT NOT NULL,
            time_ms BIGINT NOT NULL
        );
        CREATE TABLE versions (
            folded_name TEXT NOT NULL,
            folded_version TEXT NOT NULL,
            manifest_sha256 TEXT NOT NULL,
            sequence BIGINT NOT NULL,
            import_id TEXT NOT NULL REFERENCES imports (id),
            PRIMARY KEY (folded_name, folded_version)
        );
        CREATE TABLE artifacts (
            folded_name TEXT NOT NULL PRIMARY KEY,
            kind INTEGER NOT NULL,
            name TEXT NOT NULL,
            sequence BIGINT NOT NULL,
            current_import_id TEXT NOT NULL REFERENCES imports (id)
        );
        CREATE TABLE import_events (
            number BIGINT NOT NULL PRIMARY KEY,
            import_id TEXT NOT NULL,
            import TEXT NOT NULL,
            time_ms BIGINT NOT NULL
        );
        CREATE TABLE acknowledgements (
            import_id TEXT NOT NULL REFERENCES imports (id),
            consumer TEXT NOT NULL,
            person TEXT NOT NULL,
            time_ms BIGINT NOT NULL,
            PRIMARY KEY (import_id, consumer)
        );
        """,
        """
        CREATE INDEX import_events_by_import ON import_events (import_id, number);
        """,
        """
        CREATE TABLE lane_epochs (
            lane TEXT NOT NULL,
            key_id BIGINT NOT NULL,
            epoch BIGINT NOT NULL,
            PRIMARY KEY (lane, key_id)
        );
        """,
        """
        CREATE TABLE access_keys (
            id TEXT NOT NULL PRIMARY KEY,
            owner TEXT NOT NULL,
            label TEXT NOT NULL,
            scopes TEXT NOT NULL,
            created_ms BIGINT NOT NULL,
            expires_ms BIGINT NOT NULL,
            revoked_ms BIGINT
        );
        """,
        """
        CREATE INDEX artifacts_by_directory ON artifacts (kind, (name || '/'));
        """,
        """
        CREATE TABLE consumers (
            name TEXT NOT NULL PRIMARY KEY,
            settings TEXT NOT NULL,
            creator TEXT NOT NULL,
            created_ms BIGINT NOT NULL,
            cursor BIGINT NOT NULL
        );
        CREATE TABLE deliveries (
            consumer TEXT NOT NULL REFERENCES consumers (name),
            import_id TEXT NOT NULL REFERENCES imports (id),
            event BIGINT NOT NULL,
            state INTEGER NOT NULL,
            attempts INTEGER NOT NULL,
            handed BIGINT NOT NULL,
            stream TEXT NOT NULL,
            due_ms BIGINT NOT NULL,
            reason TEXT NOT NULL,
            PRIMARY KEY (consumer, import_id)
        );
        CREATE INDEX deliveries_by_state ON deliveries (consumer, state, event);
        """,
        """
        ALTER TABLE imports ADD COLUMN bytes_deleted_ms BIGINT;
        """,
        """
        CREATE TABLE revocations (
            import_id TEXT NOT NULL PRIMARY KEY REFERENCES imports (id),
            reason TEXT NOT NULL,
            first_person TEXT NOT NULL,
            first_actor TEXT NOT NULL,
            first_ms BIGINT NOT NULL,
            second_actor TEXT,
            second_ms BIGINT,
            withdrawn_ms BIGINT
        );
        """,
        """
        CREATE TABLE scrubs (
            import_id TEXT NOT NULL PRIMARY KEY REFERENCES imports (id),
            finished_ms BIGINT NOT NULL,
            run BIGINT NOT NULL,
            next_file INTEGER NOT NULL
        );
        CREATE TABLE scrub_runs (
            number BIGINT NOT NULL PRIMARY KEY,
            due_ms BIGINT NOT NULL,
            began_ms BIGINT NOT NULL,
            ended_ms BIGINT,
            versions BIGINT NOT NULL,
            bytes BIGINT NOT NULL,
            rotten BIGINT NOT NULL
        );
        CREATE TABLE rotten_files (
            number BIGINT NOT NULL PRIMARY KEY,
            import_id TEXT NOT NULL REFERENCES imports (id),
            path TEXT NOT NULL,
            found_ms BIGINT NOT NULL,
            aside_ms BIGINT,
            repaired_ms BIGINT
        );
        CREATE INDEX rotten_files_by_import ON rotten_files (import_id);
        """,
        """
        CREATE TABLE published_files (
            sha256 BLOB NOT NULL,
            import_id TEXT NOT NULL REFERENCES imports (id),
            PRIMARY KEY (sha256, import_id)
        );
        CREATE INDEX published_files_by_import ON published_files (import_id);
        """,
        """
        CREATE TABLE pins (
            import_id TEXT NOT NULL PRIMARY KEY REFERENCES imports (id),
            reason TEXT NOT NULL,
            actor TEXT NOT NULL,
            time_ms BIGINT NOT NULL
        );
        CREATE TABLE retirements (
            import_id TEXT NOT NULL PRIMARY KEY REFERENCES imports (id),
            rule TEXT NOT NULL,
            time_ms BIGINT NOT NULL,
            withdrawn_ms BIGINT
        );
        CREATE INDEX versions_by_sequence ON versions (folded_name, sequence);
        CREATE INDEX deliveries_by_import ON deliveries (import_id);
        """,
    ];
}
