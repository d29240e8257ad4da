namespace Gateway.Storage;

/// <summary>Tables that both sides have. Triggers are SQLite's own; on another engine they are that engine's or a revoked grant.</summary>
internal static class BaseSchema
{
    internal static IReadOnlyList<string> Migrations { get; } =
    [
        """
        CREATE TABLE audit (
            sequence    INTEGER NOT NULL PRIMARY KEY,
            time_ms     INTEGER NOT NULL,
            actor       TEXT NOT NULL,
            transfer_id TEXT NOT NULL,
            action      TEXT NOT NULL,
            state       TEXT NOT NULL,
            refusal     INTEGER NOT NULL,
            detail      TEXT NOT NULL
        );
        CREATE TRIGGER audit_gapless BEFORE INSERT ON audit
            WHEN NEW.sequence <> (SELECT COALESCE(MAX(sequence), 0) + 1 FROM audit)
            BEGIN SELECT RAISE(ABORT, 'the audit record has no gaps'); END;
        CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
            BEGIN SELECT RAISE(ABORT, 'the audit record is append-only'); END;
        CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
            BEGIN SELECT RAISE(ABORT, 'the audit record is append-only'); END;

        CREATE TABLE request_ids (
            actor       TEXT NOT NULL,
            request_id  TEXT NOT NULL,
            body_sha256 TEXT NOT NULL,
            result      TEXT NOT NULL,
            created_ms  INTEGER NOT NULL,
            PRIMARY KEY (actor, request_id)
        );
        CREATE INDEX request_ids_by_age ON request_ids (created_ms);

        CREATE TABLE version_floors (
            name    TEXT NOT NULL PRIMARY KEY,
            version INTEGER NOT NULL,
            sha256  TEXT NOT NULL
        );
        """,
    ];
}
