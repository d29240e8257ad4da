using System.Globalization;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.High.Import.Web;

namespace Gateway.High.Import.S3;

/// <summary>A file as an object.</summary>
internal static class S3Object
{
    /// <summary>The checksum is that of the whole, not of its parts.</summary>
    public const string ChecksumType = "FULL_OBJECT";

    /// <summary>Its entity tag. It is no MD5, and clients must not take it for one: after a hyphen there is the number of parts, as for uploads in parts.</summary>
    public static string TagOf(ManifestFile file) => $"{file.Digest.Hex}-1";

    /// <summary>Answers GET and HEAD of an object. Refuses with <see cref="RefusalCode.FileUnknown"/>.</summary>
    public static async Task<S3Error?> SendAsync(HttpContext context, PublishedVersion version, string path, S3Query query)
    {
        if (!version.Find(path).Succeeded(out var file, out var refusal))
        {
            return S3Error.Of(refusal);
        }

        var part = query.Find("partNumber");
        if (part is not null && PartError(context.Request, part) is { } error)
        {
            return error;
        }

        if (part is not null && file.Bytes > 0)
        {
            // Every object has one part, the whole, which is answered as a range.
            context.Request.Headers.Range = "bytes=0-";
            context.Response.Headers["x-amz-mp-parts-count"] = "1";
        }

        var wantsChecksum = "ENABLED".Equals(query.Find("X-Amz-Checksum-Mode") ?? query.Find("x-amz-checksum-mode") ?? context.Request.Headers["x-amz-checksum-mode"], StringComparison.OrdinalIgnoreCase);
        context.Response.OnStarting(() =>
        {
            // Clients check it against the bytes that they get, which of a range are others.
            if (wantsChecksum && (context.Response.StatusCode == StatusCodes.Status200OK || part is not null))
            {
                context.Response.Headers["x-amz-checksum-sha256"] = Convert.ToBase64String(Convert.FromHexString(file.Digest.Hex));
                context.Response.Headers["x-amz-checksum-type"] = ChecksumType;
            }

            return Task.CompletedTask;
        });
        if (await PublishedFileAnswer.SendAsync(context, version, file, TagOf(file)) is { } refused)
        {
            return S3Error.Of(refused);
        }

        return context.Response.HasStarted ? null : context.Response.StatusCode switch
        {
            StatusCodes.Status416RangeNotSatisfiable => S3Error.InvalidRange,
            StatusCodes.Status412PreconditionFailed => S3Error.PreconditionFailed,
            _ => null,
        };
    }

    private static S3Error? PartError(HttpRequest request, string part) =>
        !int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0 ? S3Error.InvalidArgument("partNumber is no number from 1.")
        : number > 1 ? new(StatusCodes.Status416RangeNotSatisfiable, "InvalidPartNumber", "The object has one part.")
        : request.Headers.Range.Count > 0 ? S3Error.InvalidRequest("Give Range or partNumber, not both.")
        : null;
}
