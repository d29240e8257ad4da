using System.Text;
using System.Xml;

namespace Gateway.High.Import.S3;

/// <summary>Answers in XML. They are whole before they are sent: the longest is a page of a list.</summary>
internal static class S3Xml
{
    /// <summary>Namespace of all answers but errors.</summary>
    public const string Namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

    private static readonly XmlWriterSettings Settings = new() { Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) };

    public static async Task SendAsync(HttpContext context, int status, Action<XmlWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var xml = XmlWriter.Create(bytes, Settings))
        {
            write(xml);
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = "application/xml";
        context.Response.ContentLength = bytes.Length;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(bytes.GetBuffer().AsMemory(0, (int)bytes.Length), context.RequestAborted);
        }
    }

    /// <summary>True for text that XML 1.0 can hold; surrogates come in pairs here, as all text is decoded strictly.</summary>
    public static bool Holds(string text) => text.All(c => XmlConvert.IsXmlChar(c) || char.IsSurrogate(c));
}
