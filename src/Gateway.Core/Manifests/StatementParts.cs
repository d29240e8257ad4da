using System.Text.Json;

namespace Gateway.Core.Manifests;

/// <summary>What several documents write in the same way.</summary>
internal static class StatementParts
{
    private const int MaximumNameLength = (2 * ArtifactName.MaximumPartLength) + 1;

    public static void Write(Utf8JsonWriter writer, ArtifactName artifact)
    {
        writer.WriteStartObject("artifact");
        writer.WriteString("kind", KindName(artifact.Kind));
        writer.WriteString("name", artifact.FullName);
        writer.WriteString("version", artifact.Version);
        writer.WriteEndObject();
    }

    public static Outcome<ArtifactName> ReadArtifact(ref StatementReader reader)
    {
        reader.Member("artifact");
        reader.StartObject();
        var kind = reader.String("kind", 16) switch
        {
            "checkpoint" => ArtifactKind.Checkpoint,
            "dataset" => ArtifactKind.Dataset,
            _ => default,
        };
        var name = reader.String("name", MaximumNameLength);
        var version = reader.String("version", ArtifactName.MaximumPartLength);
        reader.EndObject();
        return ArtifactName.Parse(kind, name, version);
    }

    private static string KindName(ArtifactKind kind) => kind == ArtifactKind.Checkpoint ? "checkpoint" : "dataset";
}
