using Gateway.Core.Manifests;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Gateway.High.Import.Web;

/// <summary>Answers with a published file: ranges, conditions and HEAD as RFC 9110 has them (sections 13 and 14); more ranges than one are answered with the whole, which it allows.</summary>
internal static class PublishedFileAnswer
{
    /// <summary>What every file is called, so that no browser shows one as a page of this site.</summary>
    public const string ContentType = "application/octet-stream";

    /// <summary>Sends the file, or the part that the request asks for. Its entity tag is the SHA-256 of its bytes: equal for equal bytes, wherever they are published.</summary>
    public static Task SendAsync(HttpContext context, PublishedVersion version, ManifestFile file) => SendAsync(context, version, file, file.Digest.Hex);

    /// <summary>As above, under another entity tag, without its quotes.</summary>
    public static Task SendAsync(HttpContext context, PublishedVersion version, ManifestFile file, string tag) => SendAsync(context, version.PathOf(file), version.Time, tag);

    /// <summary>As above, with a file that is none of the version's own, such as a document of it.</summary>
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
