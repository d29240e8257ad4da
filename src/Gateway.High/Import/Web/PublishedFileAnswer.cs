using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.High.Scrubbing;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Gateway.High.Import.Web;

/// <summary>Answers with a published file: ranges, conditions and HEAD as RFC 9110 has them (sections 13 and 14); more ranges than one are answered with the whole, which it allows.</summary>
internal static class PublishedFileAnswer
{
    /// <summary>What every file is called, so that no browser shows one as a page of this site.</summary>
    public const string ContentType = "application/octet-stream";

    /// <summary>
    /// Sends the file, or the part that the request asks for. Its entity tag is the SHA-256 of its bytes: equal for equal bytes, wherever they are published. Refuses as
    /// <see cref="ReadVerification.CheckAsync"/> does where the request wants the digest.
    /// </summary>
    public static Task<Refusal?> SendAsync(HttpContext context, PublishedVersion version, ManifestFile file) => SendAsync(context, version, file, file.Digest.Hex);

    /// <summary>As above, under another entity tag, without its quotes.</summary>
    public static async Task<Refusal?> SendAsync(HttpContext context, PublishedVersion version, ManifestFile file, string tag)
    {
        if (ReprDigest.IsWanted(context.Request.Headers[ReprDigest.WantHeader]))
        {
            // What a reader is told is what lies there now, not what the manifest says alone.
            if (await context.RequestServices.GetRequiredService<ReadVerification>().CheckAsync(version.Import, file.Path, context.RequestAborted) is { } refusal)
            {
                return refusal;
            }

            context.Response.OnStarting(() =>
            {
                // Of what an error says it would be the digest of that.
                if (context.Response.StatusCode is StatusCodes.Status200OK or StatusCodes.Status206PartialContent or StatusCodes.Status304NotModified)
                {
                    context.Response.Headers[ReprDigest.Header] = ReprDigest.Of(file.Digest);
                }

                return Task.CompletedTask;
            });
        }

        await SendAsync(context, version.PathOf(file), version.Time, tag);
        return null;
    }

    /// <summary>Sends a file that is none of the version's own, such as a document of it.</summary>
    public static Task SendAsync(HttpContext context, string path, DateTimeOffset published, string tag)
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (!context.Request.Headers.Range.ToString().StartsWith("bytes", StringComparison.OrdinalIgnoreCase))
        {
            // A range of another unit is to be ignored (RFC 9110 section 14.2); the server's own reading takes it for bytes.
            context.Request.Headers.Range = default;
        }

        // A time in a header has whole seconds; with a fraction, what a client sends back would always be older.
        var time = DateTimeOffset.FromUnixTimeSeconds(published.ToUnixTimeSeconds());
        context.Features.Set<IHttpResponseBodyFeature>(new FileBody(context.Features.GetRequiredFeature<IHttpResponseBodyFeature>()));
        return TypedResults
            .PhysicalFile(path, ContentType, fileDownloadName: null, time, new EntityTagHeaderValue($"\"{tag}\""), enableRangeProcessing: true)
            .ExecuteAsync(context);
    }

    /// <summary>As above, with bytes that are made here.</summary>
    public static Task SendAsync(HttpContext context, ReadOnlyMemory<byte> bytes, string contentType, string tag)
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults
            .Bytes(bytes, contentType, fileDownloadName: null, enableRangeProcessing: true, lastModified: null, new EntityTagHeaderValue($"\"{tag}\""))
            .ExecuteAsync(context);
    }
}
