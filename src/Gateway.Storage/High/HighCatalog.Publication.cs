using Gateway.Core;
using Gateway.Core.Ledger;
using Gateway.Core.Trust;

namespace Gateway.Storage.High;

/// <summary>The ledger: what was published, once and for all.</summary>
public sealed partial class HighCatalog
{
    /// <summary>
    /// What the ledger says against publishing a release, or null. <see cref="RefusalCode.TransferConsumed"/>,
    /// <see cref="RefusalCode.VersionPublished"/>, <see cref="RefusalCode.VersionTaken"/>, <see cref="RefusalCode.VersionRevoked"/>, <see cref="RefusalCode.VersionRetired"/>, or as <see cref="ReleaseBinding.Sequence"/> does.
    /// </summary>
    public Task<Refusal?> FindObjectionAsync(ImportClaim claim, CancellationToken cancellationToken) =>
        ReadAsync(reader => Objection(reader, claim), cancellationToken);

    /// <summary>When the first version under a name was published, or null.</summary>
    public Task<DateTimeOffset?> FindFirstPublicationAsync(string foldedName, CancellationToken cancellationToken) =>
        ReadAsync(
            reader => reader.Scalar<long?>(
                "SELECT MIN(time_ms) FROM versions JOIN consumed ON transfer_id = import_id WHERE folded_name = @foldedName", new { foldedName }) is { } first
                    ? DateTimeOffset.FromUnixTimeMilliseconds(first)
                    : (DateTimeOffset?)null,
            cancellationToken);

    /// <summary>
    /// Publishes a verifying import: consumes the transfer id, records version and sequence, and announces it, all or nothing. Refuses as
    /// <see cref="FindObjectionAsync"/> does. An import that is published already is left as it is.
    /// </summary>
    public Task<Refusal?> PublishAsync(string id, CancellationToken cancellationToken) =>
        ChangeAsync(
            transaction =>
            {
                var held = Find(transaction, id);
                if (held is { State: ImportState.Published })
                {
                    return null;
                }

                if (held is not { State: ImportState.Verifying, Claim: { } claim })
                {
                    return new Refusal(RefusalCode.StateWrong, held?.State.Word() ?? "unknown");
                }

                if (Objection(transaction, claim) is { } objection)
                {
                    return objection;
                }

                Enter(transaction, claim);
                transaction.Execute("DELETE FROM blocks WHERE import_id = @id", new { id });
                SetState(transaction, id, ImportState.Published, null);
                MoveCurrent(transaction, claim.Artifact.FoldedName);
                Announce(transaction, id, ImportState.Published, null, AuditEntry.Service, claim.Artifact.ToString());
                return null;
            },
            cancellationToken);

    /// <summary>See <see cref="FindObjectionAsync"/>.</summary>
    private static Refusal? Objection(CatalogReader reader, ImportClaim claim)
    {
        if (reader.Scalar<string>("SELECT release_sha256 FROM consumed WHERE transfer_id = @TransferId", new { claim.TransferId }) is { } consumed)
        {
            return consumed == claim.Release.Hex && MayBeMended(reader, claim.TransferId) ? null : new Refusal(RefusalCode.TransferConsumed, claim.TransferId);
        }

        var key = new { name = claim.Artifact.FoldedName, version = claim.Artifact.FoldedVersion };
        var published = reader.Scalar<string>(
            "SELECT manifest_sha256 FROM versions WHERE folded_name = @name AND folded_version = @version", key);
        if (published is not null)
        {
            var state = reader.Scalar<int>(
                "SELECT state FROM imports WHERE id = (SELECT import_id FROM versions WHERE folded_name = @name AND folded_version = @version)", key);
            return state == (int)ImportState.Revoked ? new Refusal(RefusalCode.VersionRevoked, $"{claim.Artifact}")
                : state == (int)ImportState.Retired ? new Refusal(RefusalCode.VersionRetired, $"{claim.Artifact}")
                : published == claim.Manifest.Hex
                ? new Refusal(RefusalCode.VersionTaken, $"{claim.Artifact} was published by another transfer")
                : new Refusal(RefusalCode.VersionPublished, $"{claim.Artifact}");
        }

        var artifact = reader.QueryFirst<ArtifactRow>(
            "SELECT kind AS Kind, name AS Name, sequence AS Sequence FROM artifacts WHERE folded_name = @name", key);
        if (artifact is null)
        {
            return ReleaseBinding.Sequence(claim.Sequence, published: 0);
        }

        if (artifact.Kind != (int)claim.Artifact.Kind || artifact.Name != claim.Artifact.FullName)
        {
            // Names that differ by case or kind alone would be two artifacts with one sequence.
            return new Refusal(RefusalCode.VersionTaken, $"the name is published as {artifact.Name} of another kind or spelling");
        }

        return ReleaseBinding.Sequence(claim.Sequence, artifact.Sequence);
    }

    /// <summary>A version of which files went rotten may come again, as exactly the transfer that brought it. It is in the ledger already, which this does not change.</summary>
    private static bool MayBeMended(CatalogReader reader, string id) =>
        IsDamaged(reader, id) && Find(reader, id) is { State: not (ImportState.Published or ImportState.Revoked or ImportState.Retired) };

    private static void Enter(CatalogTransaction transaction, ImportClaim claim)
    {
        if (IsDamaged(transaction, claim.TransferId))
        {
            transaction.Execute(
                "UPDATE rotten_files SET repaired_ms = @now WHERE import_id = @TransferId AND repaired_ms IS NULL", new { claim.TransferId, now = Now(transaction) });
            return;
        }

        var row = new
        {
            name = claim.Artifact.FoldedName,
            version = claim.Artifact.FoldedVersion,
            kind = (int)claim.Artifact.Kind,
            fullName = claim.Artifact.FullName,
            manifest = claim.Manifest.Hex,
            release = claim.Release.Hex,
            claim.TransferId,
            claim.Sequence,
            now = Now(transaction),
        };
        transaction.Execute("INSERT INTO consumed (transfer_id, release_sha256, time_ms) VALUES (@TransferId, @release, @now)", row);
        transaction.Execute(
            """
            INSERT INTO versions (folded_name, folded_version, manifest_sha256, sequence, import_id)
            VALUES (@name, @version, @manifest, @Sequence, @TransferId)
            """,
            row);
        transaction.Execute(
            """
            INSERT INTO artifacts (folded_name, kind, name, sequence, current_import_id) VALUES (@name, @kind, @fullName, @Sequence, @TransferId)
            ON CONFLICT (folded_name) DO UPDATE SET sequence = excluded.sequence, current_import_id = excluded.current_import_id
            """,
            row);
    }

    private sealed class ArtifactRow
    {
        public int Kind { get; init; }

        public string Name { get; init; } = "";

        public long Sequence { get; init; }
    }
}
