using System.Text.Json;

namespace Gateway.Core.Policy;

/// <summary>What Cedar said. Only the word <c>success</c> is one: a trap, an unknown shape or anything else is a failure.</summary>
internal sealed class CedarAnswer : IDisposable
{
    private readonly JsonDocument? document;

    private CedarAnswer(JsonDocument? document) => this.document = document;

    public bool Succeeded => document?.RootElement is { ValueKind: JsonValueKind.Object } root
        && root.TryGetProperty("type", out var type) && type.ValueEquals("success"u8);

    public JsonElement Root => document?.RootElement ?? throw new InvalidOperationException("There is no answer.");

    /// <summary>Why it failed; empty after a success.</summary>
    public IEnumerable<string> Errors => Succeeded ? []
        : document is null ? ["evaluation trapped or exceeded its limits"]
        : Messages(document.RootElement, "errors");

    /// <summary>Takes what a call returned; null where it trapped.</summary>
    public static CedarAnswer Read(string? json)
    {
        try
        {
            return new CedarAnswer(json is null ? null : JsonDocument.Parse(json));
        }
        catch (JsonException)
        {
            return new CedarAnswer(null);
        }
    }

    /// <summary>The messages of a list of errors or warnings, whether bare or wrapped with a rule's id.</summary>
    public static IEnumerable<string> Messages(JsonElement answer, string list)
    {
        if (!answer.TryGetProperty(list, out var errors) || errors.ValueKind != JsonValueKind.Array)
        {
            yield break;
        }

        foreach (var entry in errors.EnumerateArray())
        {
            var error = entry.TryGetProperty("error", out var wrapped) ? wrapped : entry;
            var message = error.GetProperty("message").GetString();
            yield return error.TryGetProperty("help", out var help) && help.GetString() is { } hint ? $"{message} ({hint})" : $"{message}";
        }
    }

    public void Dispose() => document?.Dispose();
}
