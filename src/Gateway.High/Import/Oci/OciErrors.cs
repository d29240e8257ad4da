using System.Text;
using System.Text.Json.Nodes;
using Gateway.Core;

namespace Gateway.High.Import.Oci;

/// <summary>Refusals in a registry's words (distribution-spec, "Error Codes"). Clients show the message; beside it stands the refusal's own name.</summary>
internal static class OciErrors
{
    public static Task AnswerAsync(HttpContext context, Refusal refusal)
    {
        var (status, code) = refusal.Code switch
        {
            RefusalCode.AccessKeyInvalid => (StatusCodes.Status401Unauthorized, "UNAUTHORIZED"),
            RefusalCode.OutsideScope or RefusalCode.NotPublished or RefusalCode.VersionRevoked or RefusalCode.FileRotten or RefusalCode.TooManyFiles =>
                (StatusCodes.Status403Forbidden, "DENIED"),
            RefusalCode.ImportUnknown => (StatusCodes.Status404NotFound, "NAME_UNKNOWN"),
            RefusalCode.RevisionUnknown or RefusalCode.VersionRetired => (StatusCodes.Status404NotFound, "MANIFEST_UNKNOWN"),
            RefusalCode.FileUnknown => (StatusCodes.Status404NotFound, "BLOB_UNKNOWN"),
            RefusalCode.NameInvalid => (StatusCodes.Status400BadRequest, "NAME_INVALID"),
            RefusalCode.RequestInvalid => (StatusCodes.Status400BadRequest, "DIGEST_INVALID"),
            _ => throw new InvalidOperationException($"{refusal.Name} is no answer of a registry."),
        };
        if (status == StatusCodes.Status401Unauthorized)
        {
            // The challenge by which clients find out that they send name and password, and to nobody else.
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"gateway\", charset=\"UTF-8\"";
        }

        return AnswerAsync(context, status, code, refusal.Sentence, refusal.Name);
    }

    /// <summary>Answers what would write, and what is no end point of a registry.</summary>
    public static Task UnsupportedAsync(HttpContext context, int status, string message) => AnswerAsync(context, status, "UNSUPPORTED", message, null);

    private static async Task AnswerAsync(HttpContext context, int status, string code, string message, string? name)
    {
        var error = new JsonObject { ["code"] = code, ["message"] = message };
        if (name is not null)
        {
            error["detail"] = new JsonObject { ["refusal"] = name };
        }

        var body = Encoding.UTF8.GetBytes(new JsonObject { ["errors"] = new JsonArray(error) }.ToJsonString());
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
        }
    }
}
