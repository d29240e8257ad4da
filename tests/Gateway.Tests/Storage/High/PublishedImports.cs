using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Storage.High;
using Xunit;

namespace Gateway.Tests.Storage.High;

/// <summary>Imports that are published as the catalog sees it, without files or checks.</summary>
internal static class PublishedImports
{
    public static async Task<HighCatalog> OpenAsync(string path, TimeProvider time) =>
        (await HighCatalog.OpenAsync(path, time)).Succeeded(out var opened, out var refusal) ? opened : throw new InvalidOperationException(refusal.ToString());

    /// <summary>Publishes version 1 of an artifact of its own for each number; returns its id.</summary>
    public static async Task<string> PublishAsync(
        this HighCatalog catalog, int number, string? name = null, ArtifactKind kind = ArtifactKind.Dataset, string @class = "internal")
    {
        var claim = Claim(number, name ?? $"lab/sums-{number}", kind, @class);
        var begun = await catalog.BeginAsync(claim, new("lane-1", 1), blocks: 10, _ => null, () => { }, default);
        Assert.True(begun.Succeeded(out _, out var refusal), refusal?.ToString());
        Assert.Equal(ImportState.Verifying, await catalog.ProgressAsync(claim.TransferId, new(10, [0xff, 0x03]), 100, 0, sessionEnded: true, default));
        Assert.Null(await catalog.PublishAsync(claim.TransferId, default));
        return claim.TransferId;
    }

    private static ImportClaim Claim(int number, string name, ArtifactKind kind, string @class) => new()
    {
        TransferId = $"{number:x32}",
        Release = Digest.Of(BitConverter.GetBytes(number)),
        Manifest = Digest.Of(BitConverter.GetBytes(-number)),
        Artifact = ArtifactName.Parse(kind, name, "1").Succeeded(out var artifact, out _) ? artifact : throw new InvalidOperationException(name),
        Class = @class,
        Submitter = "eva",
        Approvers = ["ann", "bob"],
        Files = 1,
        Bytes = 100,
        Sequence = 1,
        NotAfter = DateTimeOffset.MaxValue.AddDays(-1),
    };
}
