using System.Text.Json;
using Gateway.Core.Manifests;
using Gateway.Storage;
using Gateway.Storage.High;

namespace Gateway.High.Publish;

/// <summary>What depends on why a version was taken from readers: where its tree goes, and what the file says that stays at its name.</summary>
internal static class WithdrawnMarker
{
    /// <summary>Where the trees of withdrawn versions lie, each by the id of its import.</summary>
    public static IEnumerable<string> Directories(StorageRoot storage) => [DirectoryOf(storage, ImportState.Revoked), DirectoryOf(storage, ImportState.Retired)];

    /// <summary>Where the tree of a revoked or retired version lies.</summary>
    public static string TreeOf(StorageRoot storage, ImportRecord import) => Path.Combine(DirectoryOf(storage, import.State), import.Id);

    /// <summary>Name of the file that stays.</summary>
    public static string NameFor(ImportState state) => state switch
    {
        ImportState.Revoked => PublishedFiles.Revoked,
        ImportState.Retired => PublishedFiles.Retired,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Not withdrawn."),
    };

    /// <summary>What it says: JSON, for people.</summary>
    public static byte[] Of(ImportRecord import)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("import", import.Id);
            json.WriteString("artifact", import.Claim!.Artifact.ToString());
            if (import.Retirement is { } retirement)
            {
                json.WriteString("rule", retirement.Rule);
                json.WriteString("time", retirement.Time);
            }
            else
            {
                json.WriteString("reason", import.Revocation!.Reason);
                json.WriteString("requestedBy", import.Revocation.RequestedBy);
                json.WriteString("carriedOutBy", import.Revocation.CarriedOutBy);
                json.WriteString("time", import.Revocation.CarriedOut!.Value);
            }

            json.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    // Named by the state: revoked/, retired/.
    private static string DirectoryOf(StorageRoot storage, ImportState state) => Path.Combine(storage.Path, state.Word());
}
