using System.Globalization;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.High.Import.Access;
using Gateway.High.Import.Web;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace Gateway.High.Import.HuggingFace;

/// <summary>
/// What is published, in the protocol of the Hugging Face hub (<c>HF_ENDPOINT</c>): checkpoints are models, datasets are datasets, <c>main</c> is the current
/// version, and a commit is the beginning of a manifest's digest. Everything is answered from metadata but the bytes of files themselves.
/// </summary>
internal sealed class HuggingFaceEndpoint(Library library, AccessGate gate)
{
    private const string Bearer = "Bearer ";

    /// <summary>Repositories on a page that asks for no number, as the hub has it.</summary>
    private const int DefaultPageSize = 1_000;

    /// <summary>Answers one request.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        context.Response.Headers["X-Request-Id"] = context.TraceIdentifier;
        var (path, query) = RequestTarget.Of(context);
        var request = HuggingFaceRequest.Parse(path);
        if (request is null)
        {
            // Clients ask for paths that only some hubs have; those are for nobody, so that nobody needs a key to hear so.
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method)
            && !(request.Verb == HuggingFaceVerb.PathsInfo && HttpMethods.IsPost(context.Request.Method)))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = "GET, HEAD";
            return;
        }

        if (await AnswerAsync(context, request, QueryHelpers.ParseQuery(query)) is { } refusal)
        {
            await HuggingFaceErrors.AnswerAsync(context, refusal);
        }
    }

    private async Task<Refusal?> AnswerAsync(HttpContext context, HuggingFaceRequest request, Dictionary<string, StringValues> query)
    {
        var ended = context.RequestAborted;
        if (!(await FindReaderAsync(context)).Succeeded(out var reader, out var refusal))
        {
            return refusal;
        }

        switch (request.Verb)
        {
            case HuggingFaceVerb.WhoAmI:
                await HuggingFaceListings.WhoAmIAsync(context, reader);
                return null;
            case HuggingFaceVerb.List:
                await ListAsync(context, request.Kind, query, reader);
                return null;
        }

        if (!(await FindAsync(context, request, reader)).Succeeded(out var repository, out refusal))
        {
            return refusal;
        }

        switch (request.Verb)
        {
            case HuggingFaceVerb.File:
                return await SendFileAsync(context, repository, request.Path);
            case HuggingFaceVerb.Info:
                await HuggingFaceListings.InfoAsync(context, repository, IsTrue(query, "blobs"));
                return null;
            case HuggingFaceVerb.Tree:
                return await HuggingFaceListings.TreeAsync(context, repository, request.Path, IsTrue(query, "recursive"), IsTrue(query, "expand"));
            case HuggingFaceVerb.PathsInfo:
                if (!(await PathsInfoQuestion.ReadAsync(context)).Succeeded(out var question, out refusal))
                {
                    return refusal;
                }

                await HuggingFaceListings.PathsInfoAsync(context, repository, question);
                return null;
            case HuggingFaceVerb.Refs:
                await HuggingFaceListings.RefsAsync(context, repository, await library.ListVersionsAsync(repository.Artifact, ended));
                return null;
            case HuggingFaceVerb.Commits:
                var versions = await library.ListVersionsAsync(repository.Artifact, ended);
                await HuggingFaceListings.CommitsAsync(context, versions.Where(version => version.Claim.Sequence <= repository.Claim.Sequence));
                return null;
            default:
                await HuggingFaceListings.EmptyAsync(context);
                return null;
        }
    }

    private async Task<Outcome<Reader>> FindReaderAsync(HttpContext context)
    {
        var authorization = context.Request.Headers.Authorization.ToString();
        return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? await gate.FindByTokenAsync(authorization[Bearer.Length..].Trim(), context.RequestAborted)
            : new Refusal(RefusalCode.AccessKeyInvalid, "no bearer token");
    }

    private async Task<Outcome<PublishedVersion>> FindAsync(HttpContext context, HuggingFaceRequest request, Reader reader)
    {
        if (reader.Require(request.Repository) is { } outside)
        {
            return outside;
        }

        if (request.Kind is not { } kind)
        {
            return new Refusal(RefusalCode.ImportUnknown, request.Repository);
        }

        var outcome = await library.FindAsync(kind, request.Repository, request.Revision, context.RequestAborted);
        if (!outcome.Succeeded(out var version, out var refusal))
        {
            return refusal;
        }

        // Also where a file is missing: clients keep what is not there by the commit that does not have it.
        context.Response.Headers["X-Repo-Commit"] = version.Commit;
        return version.Import.Published().Succeeded(out _, out refusal) ? version : refusal;
    }

    private static async Task<Refusal?> SendFileAsync(HttpContext context, PublishedVersion version, string path)
    {
        if (!version.Find(path).Succeeded(out var file, out var refusal))
        {
            return refusal;
        }

        context.Response.Headers["X-Linked-Size"] = file.Bytes.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["X-Linked-Etag"] = $"\"{file.Digest.Hex}\"";
        return await PublishedFileAnswer.SendAsync(context, version, file);
    }

    /// <summary>Lists what the key is for. Goes on, as the hub does, at the address in the <c>Link</c> header.</summary>
    private async Task ListAsync(HttpContext context, ArtifactKind? kind, Dictionary<string, StringValues> query, Reader reader)
    {
        var size = int.TryParse(query.GetValueOrDefault("limit").ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
            ? Math.Clamp(limit, 1, DefaultPageSize)
            : DefaultPageSize;
        var after = query.GetValueOrDefault("cursor").ToString();
        var author = query.GetValueOrDefault("author").ToString();
        var search = query.GetValueOrDefault("search").ToString();
        var read = kind is null ? [] : await library.ListCurrentAsync(kind, after, size + 1, context.RequestAborted);
        if (read.Count > size)
        {
            var next = new QueryBuilder(query.Where(part => part.Key != "cursor").ToDictionary(part => part.Key, part => part.Value.ToString()))
            {
                { "cursor", read[size - 1].Artifact.FoldedName },
            };
            context.Response.Headers.Link = $"<{context.Request.Scheme}://{context.Request.Host}{context.Request.Path}{next}>; rel=\"next\"";
        }

        await HuggingFaceListings.ListAsync(
            context,
            read.Take(size).Where(version => version.Import.Published().Succeeded(out _, out _)
                && reader.MayRead(version.Artifact.FullName)
                && (author.Length == 0 || version.Artifact.Org.Equals(author, StringComparison.OrdinalIgnoreCase))
                && (search.Length == 0 || version.Artifact.FullName.Contains(search, StringComparison.OrdinalIgnoreCase))));
    }

    // Python writes True, JavaScript true, and others 1.
    private static bool IsTrue(Dictionary<string, StringValues> query, string name) =>
        query.GetValueOrDefault(name).ToString() is { Length: > 0 } text && (text.Equals("true", StringComparison.OrdinalIgnoreCase) || text == "1");
}
