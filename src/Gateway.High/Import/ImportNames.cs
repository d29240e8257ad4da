using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Storage.High;

namespace Gateway.High.Import;

/// <summary>The names that callers give to imports.</summary>
internal static class ImportNames
{
    /// <summary>Longest id: the prefix of an unverified record and 32 digits, or a transfer id.</summary>
    private const int MaximumIdLength = 64;

    /// <summary>Finds an import by <c>imports/ID</c>. Refuses with <see cref="RefusalCode.RequestInvalid"/> or <see cref="RefusalCode.ImportUnknown"/>.</summary>
    public static async Task<Outcome<ImportRecord>> FindByIdAsync(this HighCatalog catalog, string name, CancellationToken cancellationToken)
    {
        if (!name.StartsWith(ImportMessages.Collection, StringComparison.Ordinal) || name.Length > ImportMessages.Collection.Length + MaximumIdLength)
        {
            return new Refusal(RefusalCode.RequestInvalid, "name is not imports/ID");
        }

        return await catalog.FindAsync(name[ImportMessages.Collection.Length..], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds an import by id, or by <c>org/name</c> (its current version) or <c>org/name@version</c>.</summary>
    public static async Task<Outcome<ImportRecord>> FindByNameAsync(this HighCatalog catalog, string name, CancellationToken cancellationToken)
    {
        // "imports" cannot be told from an organisation of that name, except that an id holds no slash and is known.
        if (name.StartsWith(ImportMessages.Collection, StringComparison.Ordinal)
            && (await catalog.FindByIdAsync(name, cancellationToken).ConfigureAwait(false)).Succeeded(out var byId, out _))
        {
            return byId;
        }

        var at = name.IndexOf('@', StringComparison.Ordinal);
        var version = at < 0 ? null : name[(at + 1)..];
        return ArtifactName.Parse(ArtifactKind.Checkpoint, at < 0 ? name : name[..at], version ?? "0").Succeeded(out var artifact, out _)
            ? await catalog
                .FindPublishedAsync(artifact.FoldedName, version is null ? null : artifact.FoldedVersion, cancellationToken)
                .ConfigureAwait(false)
            : new Refusal(RefusalCode.ImportUnknown, name);
    }

    /// <summary>The import where it is published. Refuses as <see cref="ImportRecord.Unreadable"/> does.</summary>
    public static Outcome<ArtifactName> Published(this ImportRecord import) =>
        import is { State: ImportState.Published, Claim: { } claim } ? claim.Artifact : import.Unreadable();
}
