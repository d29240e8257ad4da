using Gateway.Core;
using Gateway.Storage;
using Xunit;

namespace Gateway.Tests.Storage;

/// <summary>The smallest catalog: notes by id.</summary>
internal sealed class NoteCatalog(string path, TimeProvider clock, params string[] laterMigrations) : SqliteCatalog(path, clock)
{
    protected override string Schema => "notes";

    protected override IReadOnlyList<string> Migrations { get; } =
        ["CREATE TABLE notes (id INTEGER NOT NULL PRIMARY KEY, body TEXT NOT NULL)", .. laterMigrations];

    internal static Outcome<NoteCatalog> Open(string path, TimeProvider clock, params string[] laterMigrations)
    {
        var catalog = new NoteCatalog(path, clock, laterMigrations);
        return catalog.Prepare() is { } refusal ? refusal : catalog;
    }

    internal Task AddAsync(long id, string body) =>
        WriteAsync(
            transaction => { transaction.Execute("INSERT INTO notes (id, body) VALUES (@id, @body)", new { id, body }); },
            TestContext.Current.CancellationToken);

    internal Task<IReadOnlyList<string>> BodiesAsync() =>
        ReadAsync(reader => reader.Query<string>("SELECT body FROM notes ORDER BY id"), TestContext.Current.CancellationToken);
}
