using System.Globalization;
using Dapper;
using Gateway.Core;
using Microsoft.Data.Sqlite;

namespace Gateway.Storage;

/// <summary>Brings a schema from the version in the file to the newest one, one transaction per step.</summary>
internal static class SchemaMigrations
{
    internal static Refusal? Apply(SqliteConnection connection, TimeProvider clock, string schema, IReadOnlyList<string> migrations)
    {
        connection.Execute(
            "CREATE TABLE IF NOT EXISTS schema_version (name TEXT NOT NULL, version INTEGER NOT NULL, applied_ms INTEGER NOT NULL, PRIMARY KEY (name, version))");
        var current = connection.ExecuteScalar<int>("SELECT COALESCE(MAX(version), 0) FROM schema_version WHERE name = @schema", new { schema });
        if (current > migrations.Count)
        {
            return new Refusal(
                RefusalCode.CatalogNewer,
                string.Create(CultureInfo.InvariantCulture, $"schema {schema} is at {current}, this program knows {migrations.Count}"));
        }

        for (var version = current + 1; version <= migrations.Count; version++)
        {
            using var transaction = connection.BeginTransaction(deferred: false);
            connection.Execute(migrations[version - 1], transaction: transaction);
            connection.Execute(
                "INSERT INTO schema_version (name, version, applied_ms) VALUES (@schema, @version, @now)",
                new { schema, version, now = clock.GetUtcNow().ToUnixTimeMilliseconds() },
                transaction);
            transaction.Commit();
        }

        return null;
    }
}
