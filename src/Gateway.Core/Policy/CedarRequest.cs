using System.Buffers;
using System.Text;
using System.Text.Json;
using Gateway.Core.Manifests;

namespace Gateway.Core.Policy;

/// <summary>A question in Cedar's JSON, as <c>statefulIsAuthorized</c> takes it. Attributes are those of the bundle's schema.</summary>
internal static class CedarRequest
{
    /// <summary>The one action that both sides ask about.</summary>
    public const string Action = "import";

    /// <summary>Name under which the policy set and the schema were parsed.</summary>
    public const string Preparsed = "bundle";

    public static string Write(PolicyQuestion question, Approvals approvals)
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            Uid(json, "principal", "Person", question.Submitter);
            Uid(json, "action", "Action", Action);
            Uid(json, "resource", "Artifact", question.Artifact.ToString());
            json.WriteString("preparsedSchemaName", Preparsed);
            json.WriteString("preparsedPolicySetId", Preparsed);
            json.WriteBoolean("validateRequest", true);
            Context(json, question, approvals);
            Entities(json, question);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Context(Utf8JsonWriter json, PolicyQuestion question, Approvals approvals)
    {
        json.WriteStartObject("context");
        json.WriteNumber("approvals", approvals.Count);
        if (approvals.People is { } people)
        {
            json.WriteStartArray("approvers");
            foreach (var person in people)
            {
                json.WriteStartObject();
                Uid(json, "__entity", "Person", person);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteString("destination", question.Destination);
        json.WriteString("lane", question.Lane);
        json.WriteEndObject();
    }

    private static void Entities(Utf8JsonWriter json, PolicyQuestion question)
    {
        json.WriteStartArray("entities");
        json.WriteStartObject();
        Uid(json, "uid", "Artifact", question.Artifact.ToString());
        json.WriteStartObject("attrs");
        json.WriteString("kind", question.Artifact.Kind == ArtifactKind.Checkpoint ? "checkpoint" : "dataset");
        json.WriteString("name", question.Artifact.FullName);
        json.WriteString("version", question.Artifact.Version);
        WriteStated(json, "class", question.Class);
        WriteStated(json, "licence", question.Licence);
        WriteSet(json, "formats", question.Formats);
        WriteSet(json, "findings", question.FindingCodes);
        WriteSet(json, "severities", question.Severities);
        WriteSet(json, "verifiers", question.Verifiers);
        WriteSet(json, "notChecked", question.NotChecked);
        WriteCounted(json, "tensors", question.Tensors);
        WriteCounted(json, "parameters", question.Parameters);
        WriteCounted(json, "rows", question.Rows);
        Opinion(json, question.SecondOpinion);
        json.WriteNumber("files", question.Files);
        json.WriteNumber("bytes", question.Bytes);
        json.WriteEndObject();
        json.WriteStartArray("parents");
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void Uid(Utf8JsonWriter json, string property, string type, string id)
    {
        json.WriteStartObject(property);
        json.WriteString("type", type);
        json.WriteString("id", id);
        json.WriteEndObject();
    }

    // An optional attribute is absent where nothing was stated: a rule then has to ask "has" first, and the validator insists on it.
    private static void WriteStated(Utf8JsonWriter json, string property, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            json.WriteString(property, value);
        }
    }

    private static void WriteCounted(Utf8JsonWriter json, string property, long? value)
    {
        if (value is { } counted)
        {
            json.WriteNumber(property, counted);
        }
    }

    private static void Opinion(Utf8JsonWriter json, SecondOpinion? opinion)
    {
        if (opinion is null)
        {
            return;
        }

        json.WriteStartObject("secondOpinion");
        json.WriteString("engine", opinion.Engine);
        WriteCounted(json, "signatureAgeDays", opinion.SignatureAgeDays);
        json.WriteNumber("scannedFiles", opinion.ScannedFiles);
        json.WriteNumber("unscannedFiles", opinion.UnscannedFiles);
        json.WriteEndObject();
    }

    private static void WriteSet(Utf8JsonWriter json, string property, IReadOnlySet<string> values)
    {
        json.WriteStartArray(property);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
