using System.Text.Json;
using Gateway.Core;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Gateway.High.Import.HuggingFace;

/// <summary>The body of a <c>paths-info</c> request: Python sends a form, JavaScript JSON.</summary>
/// <param name="Paths">Files and directories that are asked about.</param>
/// <param name="Expand">Whether the last commit of each is wanted too.</param>
internal sealed record PathsInfoQuestion(IReadOnlyList<string> Paths, bool Expand)
{
    /// <summary>Longest body, in bytes, and most paths: a client that wants more asks for the tree.</summary>
    private const int MaximumBytes = 1 << 20;
    private const int MaximumPaths = 10_000;

    private static readonly FormOptions Limits = new() { ValueCountLimit = MaximumPaths + 1, BufferBodyLengthLimit = MaximumBytes };

    /// <summary>Reads the body. Refuses with <see cref="RefusalCode.RequestInvalid"/>.</summary>
    public static async Task<Outcome<PathsInfoQuestion>> ReadAsync(HttpContext context)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = MaximumBytes;
        // This body is read, so that the connection can go on.
        context.Response.Headers.Remove(HeaderNames.Connection);
        try
        {
            if (context.Request.HasFormContentType)
            {
                var form = await context.Request.ReadFormAsync(Limits, context.RequestAborted);
                return new PathsInfoQuestion([.. form["paths"].OfType<string>()], form["expand"].ToString().Equals("true", StringComparison.OrdinalIgnoreCase));
            }

            using var document = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidDataException or BadHttpRequestException)
        {
            return new Refusal(RefusalCode.RequestInvalid, "the body is no form and no JSON");
        }
    }

    private static Outcome<PathsInfoQuestion> Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("paths", out var paths))
        {
            return new Refusal(RefusalCode.RequestInvalid, "paths");
        }

        var expand = root.TryGetProperty("expand", out var value) && value.ValueKind == JsonValueKind.True;
        return paths.ValueKind switch
        {
            JsonValueKind.String => new PathsInfoQuestion([paths.GetString()!], expand),
            JsonValueKind.Array when paths.GetArrayLength() <= MaximumPaths && paths.EnumerateArray().All(path => path.ValueKind == JsonValueKind.String) =>
                new PathsInfoQuestion([.. paths.EnumerateArray().Select(path => path.GetString()!)], expand),
            _ => new Refusal(RefusalCode.RequestInvalid, "paths"),
        };
    }
}
