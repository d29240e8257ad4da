using System.Text.Json.Nodes;
using Gateway.Core;

namespace Gateway.High.Import.HuggingFace;

/// <summary>
/// Refusals in the hub's words: a status, <c>X-Error-Code</c> by which clients tell a file that is missing from a revision or repository that is, and a
/// sentence, which they show. 401 is for keys only: of a repository, clients take it to mean that there is none.
/// </summary>
internal static class HuggingFaceErrors
{
    /// <summary>With this sentence clients tell a key that is wrong from a repository that is hidden.</summary>
    private const string WrongCredentials = "Invalid credentials in Authorization header";

    /// <summary>With this one they tell that a repository was taken away.</summary>
    private const string Disabled = "Access to this resource is disabled.";

    public static Task AnswerAsync(HttpContext context, Refusal refusal)
    {
        var (status, code, message) = refusal.Code switch
        {
            RefusalCode.AccessKeyInvalid => (StatusCodes.Status401Unauthorized, "", WrongCredentials),
            RefusalCode.OutsideScope => (StatusCodes.Status403Forbidden, "", refusal.Sentence),
            RefusalCode.NotPublished or RefusalCode.VersionRevoked or RefusalCode.FileRotten => (StatusCodes.Status403Forbidden, "", Disabled),
            RefusalCode.ImportUnknown => (StatusCodes.Status404NotFound, "RepoNotFound", "Repository not found"),
            RefusalCode.RevisionUnknown or RefusalCode.VersionRetired => (StatusCodes.Status404NotFound, "RevisionNotFound", "Revision not found"),
            RefusalCode.FileUnknown => (StatusCodes.Status404NotFound, "EntryNotFound", "Entry not found"),
            RefusalCode.RequestInvalid => (StatusCodes.Status400BadRequest, "", refusal.Sentence),
            _ => (StatusCodes.Status500InternalServerError, "", "Internal error"),
        };
        context.Response.StatusCode = status;
        if (code.Length > 0)
        {
            context.Response.Headers["X-Error-Code"] = code;
        }

        if (status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        // What was asked for is not repeated: a header holds ASCII only, and a name may be anything.
        context.Response.Headers["X-Error-Message"] = Ascii(message);
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.WriteAsync(new JsonObject { ["error"] = message }.ToJsonString(), context.RequestAborted);
    }

    private static string Ascii(string text) => string.Concat(text.Select(c => c is >= ' ' and < '\x7f' ? c : '?'));
}
