using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.Protocol.High.V1;

namespace Gateway.Cli.Imports.Rules;

/// <summary>A publication as a CloudEvent 1.0 in structured mode. Every attempt sends the same bytes, so that a receiver knows it again by id.</summary>
internal sealed record PublishedEvent(
    [property: JsonPropertyName("specversion")] string SpecificationVersion,
    string Id,
    string Source,
    string Type,
    string Subject,
    DateTimeOffset Time,
    [property: JsonPropertyName("datacontenttype")] string DataContentType,
    PublishedData Data)
{
    /// <summary>Media type of the body.</summary>
    public const string MediaType = "application/cloudevents+json";

    /// <summary>An import is published once, so its id names the event.</summary>
    public static PublishedEvent Of(string source, ImportEvent change)
    {
        var import = ImportView.Of(change.Import);
        return new(
            "1.0",
            import.Id,
            source,
            "gateway.import.published",
            $"{import.Name}@{import.Version}",
            change.Time.ToDateTimeOffset(),
            "application/json",
            new(
                import.Id, import.Kind, import.Name, import.Version, import.Class, import.Submitter, import.Approvers, import.Files, import.Bytes, import.Path,
                import.ReleaseSha256, import.ManifestSha256, import.Sequence));
    }

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, CliJsonLines.Default.PublishedEvent);
}

/// <summary>What an event says of the import: only what does not change any more.</summary>
internal sealed record PublishedData(
    string Id,
    string Kind,
    string Name,
    string Version,
    string Class,
    string Submitter,
    IReadOnlyList<string> Approvers,
    int Files,
    long Bytes,
    string Path,
    string ReleaseSha256,
    string ManifestSha256,
    long Sequence);
