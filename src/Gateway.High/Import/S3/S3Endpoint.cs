using Gateway.Core.Manifests;
using Gateway.High.Import.Access;
using Gateway.High.Import.Web;

namespace Gateway.High.Import.S3;

/// <summary>
/// What is published, in the protocol of Amazon S3 (<c>AWS_ENDPOINT_URL</c>, path style): the buckets <c>checkpoints</c> and <c>datasets</c>, with keys
/// <c>org/name/version/path…</c> as in the published tree, and <c>org/name/current/path…</c> for the current version. Nothing can be written.
/// </summary>
internal sealed class S3Endpoint(Library library, AccessGate gate, TimeProvider time)
{
    /// <summary>Answers one request.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        context.Response.Headers["x-amz-request-id"] = context.TraceIdentifier;
        var (path, query) = RequestTarget.Of(context);
        var error = !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method) ? S3Error.ReadOnly
            : S3Request.Parse(path, query) is { } request ? await AnswerAsync(context, request)
            : S3Error.InvalidUri;
        if (error is not null)
        {
            await error.SendAsync(context);
        }
    }

    private async Task<S3Error?> AnswerAsync(HttpContext context, S3Request request)
    {
        if (!SignedRequest.TryRead(context.Request, request.Query, out var signed, out var error))
        {
            return error;
        }

        if (!(await gate.FindByIdAsync(signed.KeyId, context.RequestAborted)).Succeeded(out var reader, out var refusal))
        {
            return S3Error.Of(refusal);
        }

        if (signed.Check(context.Request, request, reader.Secret, time.GetUtcNow()) is { } unproven)
        {
            return unproven;
        }

        if (request.Bucket.Length == 0 && request.Key.Length == 0)
        {
            await S3Answers.BucketsAsync(context);
            return null;
        }

        if (S3Request.KindOf(request.Bucket) is not { } kind)
        {
            return S3Error.NoSuchBucket;
        }

        if (request.Key.Length > 0)
        {
            return await SendObjectAsync(context, request, kind, reader);
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.Headers["x-amz-bucket-region"] = signed.Region;
            return null;
        }

        if (S3Subresources.TryAnswerBucket(context, request.Query, out var answered, out error))
        {
            await answered;
            return error;
        }

        return await ListAsync(context, request, kind, reader);
    }

    private async Task<S3Error?> SendObjectAsync(HttpContext context, S3Request request, ArtifactKind kind, Reader reader)
    {
        if (!S3Key.TryParse(request.Key, out var key))
        {
            return S3Error.NoSuchKey;
        }

        if (reader.Require(key.Name) is { } outside)
        {
            return S3Error.Of(outside);
        }

        if (S3Subresources.ObjectError(request.Query) is { } unsupported)
        {
            return unsupported;
        }

        var found = key.Version == S3Key.Current
            ? await library.FindCurrentAsync(kind, key.Name, context.RequestAborted)
            : await library.FindVersionAsync(kind, key.Name, key.Version, context.RequestAborted);
        return !found.Succeeded(out var version, out var refusal) || !version.Import.Published().Succeeded(out _, out refusal)
            ? S3Error.Of(refusal)
            : await S3Object.SendAsync(context, version, key.Path, request.Query);
    }

    private async Task<S3Error?> ListAsync(HttpContext context, S3Request request, ArtifactKind kind, Reader reader)
    {
        if (!S3ListQuestion.TryRead(request.Query, out var question, out var error))
        {
            return error;
        }

        // A prefix that names an artifact is a question about it; a shorter one is about what the key is for.
        if (question.Prefix.Split('/') is [var org, var name, _, ..] && reader.Require($"{org}/{name}") is { } outside)
        {
            return S3Error.Of(outside);
        }

        var entries = new List<S3Entry>();
        var isTruncated = false;
        if (question.MaxKeys > 0)
        {
            var position = new ListPosition(question.Prefix, question.Delimiter, question.After);
            await foreach (var entry in new S3Listing(library, kind, reader).WalkAsync(position, context.RequestAborted))
            {
                if (entries.Count == question.MaxKeys)
                {
                    isTruncated = true;
                    break;
                }

                entries.Add(entry);
            }
        }

        await S3Answers.ListAsync(context, request.Bucket, question, entries, isTruncated);
        return null;
    }
}
