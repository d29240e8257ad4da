using System.Xml;
using Gateway.Core;
using Gateway.High.Import.Web;

namespace Gateway.High.Import.S3;

/// <summary>An answer that is no success: status, the code that clients act on, and a sentence (Amazon S3 API Reference, "Error responses").</summary>
internal sealed record S3Error(int Status, string Code, string Message)
{
    public static S3Error InvalidUri { get; } = new(StatusCodes.Status400BadRequest, "InvalidURI", "The address is no UTF-8 in percent escapes.");

    public static S3Error ReadOnly { get; } = new(StatusCodes.Status405MethodNotAllowed, "MethodNotAllowed", "Nothing is written here; GET and HEAD are answered.");

    public static S3Error NoSuchBucket { get; } = new(StatusCodes.Status404NotFound, "NoSuchBucket", "The buckets are checkpoints and datasets.");

    public static S3Error NoSuchKey { get; } = new(StatusCodes.Status404NotFound, "NoSuchKey", "There is no such key.");

    public static S3Error InvalidRange { get; } = new(StatusCodes.Status416RangeNotSatisfiable, "InvalidRange", "The range lies outside the object.");

    public static S3Error PreconditionFailed { get; } = new(StatusCodes.Status412PreconditionFailed, "PreconditionFailed", "A condition of the request does not hold.");

    public static S3Error AccessDenied(string message) => new(StatusCodes.Status403Forbidden, "AccessDenied", message);

    public static S3Error InvalidArgument(string message) => new(StatusCodes.Status400BadRequest, "InvalidArgument", message);

    public static S3Error InvalidRequest(string message) => new(StatusCodes.Status400BadRequest, "InvalidRequest", message);

    public static S3Error Unsupported(string what) => new(StatusCodes.Status501NotImplemented, "NotImplemented", $"{what} is not answered here.");

    /// <summary>A refusal in S3's words.</summary>
    public static S3Error Of(Refusal refusal) => refusal.Code switch
    {
        RefusalCode.AccessKeyInvalid => new(StatusCodes.Status403Forbidden, "InvalidAccessKeyId", "The access key is unknown, expired or revoked, or its owner may not import any more."),
        RefusalCode.OutsideScope or RefusalCode.NotPublished or RefusalCode.VersionRevoked or RefusalCode.FileRotten => AccessDenied(refusal.Sentence),
        RefusalCode.ImportUnknown or RefusalCode.RevisionUnknown or RefusalCode.FileUnknown or RefusalCode.VersionRetired => NoSuchKey,
        _ => new(StatusCodes.Status500InternalServerError, "InternalError", "Internal error."),
    };

    public Task SendAsync(HttpContext context)
    {
        if (Status == StatusCodes.Status405MethodNotAllowed)
        {
            context.Response.Headers.Allow = "GET, HEAD";
        }

        // As it came in, escapes and all; what no XML holds is left out of it.
        var resource = string.Concat(RequestTarget.Of(context).Path.Where(XmlConvert.IsXmlChar));
        return S3Xml.SendAsync(context, Status, xml =>
        {
            xml.WriteStartElement("Error");
            xml.WriteElementString("Code", Code);
            xml.WriteElementString("Message", string.Concat(Message.Where(XmlConvert.IsXmlChar)));
            xml.WriteElementString("Resource", resource);
            xml.WriteElementString("RequestId", context.TraceIdentifier);
            xml.WriteEndElement();
        });
    }
}
