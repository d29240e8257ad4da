using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.High.Import.Access;
using Gateway.High.Import.Web;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace Gateway.High.Import.Oci;

/// <summary>
/// What is published, as a registry that is only pulled from (OCI distribution-spec 1.1): artifacts are repositories, versions are tags, files are layers, and the
/// documents by which a version got in refer to its manifest.
/// </summary>
internal sealed class OciEndpoint(Library library, AccessGate gate, OciImages images, OciContents contents)
{
    private const string DigestHeader = "Docker-Content-Digest";

    private readonly OciListings listings = new(library);

    /// <summary>Answers one request.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        context.Response.Headers["Docker-Distribution-API-Version"] = "registry/2.0";
        var (path, query) = RequestTarget.Of(context);
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            await OciErrors.UnsupportedAsync(context, StatusCodes.Status405MethodNotAllowed, "Nothing is written here: what enters comes through the gateway. Submit it on the low side.");
        }
        else if (OciRequest.Parse(path) is not { } request)
        {
            await OciErrors.UnsupportedAsync(context, StatusCodes.Status404NotFound, "A registry has no such end point.");
        }
        else if (await AnswerAsync(context, request, QueryHelpers.ParseQuery(query)) is { } refusal)
        {
            await OciErrors.AnswerAsync(context, refusal);
        }
    }

    private async Task<Refusal?> AnswerAsync(HttpContext context, OciRequest request, Dictionary<string, StringValues> query)
    {
        var ended = context.RequestAborted;
        if (!OciCredentials.ReadToken(context.Request.Headers.Authorization.ToString()).Succeeded(out var token, out var refusal)
            || !(await gate.FindByTokenAsync(token, ended)).Succeeded(out var reader, out refusal))
        {
            return refusal;
        }

        switch (request.Verb)
        {
            case OciVerb.Base:
                await SendAsync(context, OciContent.Empty, "application/json");
                return null;
            case OciVerb.Catalog:
                await listings.CatalogAsync(context, reader, OciPage.Read(query));
                return null;
        }

        if (!OciRepositoryName.Parse(request.Name).Succeeded(out var name, out refusal))
        {
            return refusal;
        }

        if (reader.Require(name.FoldedName) is { } outside)
        {
            return outside;
        }

        if (!(await library.FindFoldedAsync(name.Kind, name.FoldedName, ended)).Succeeded(out var current, out refusal))
        {
            return refusal;
        }

        switch (request.Verb)
        {
            case OciVerb.Tags:
                await listings.TagsAsync(context, request, current, OciPage.Read(query));
                return null;
            case OciVerb.Manifest:
                return await SendManifestAsync(context, current, request.Reference);
            case OciVerb.Blob:
                return await SendBlobAsync(context, current.Artifact, request.Reference);
            default:
                return await SendReferrersAsync(context, current.Artifact, request.Reference, query.GetValueOrDefault("artifactType").ToString());
        }
    }

    private async Task<Refusal?> SendManifestAsync(HttpContext context, PublishedVersion current, string reference)
    {
        if (OciReference.IsMeantAsDigest(reference))
        {
            if (!OciReference.ParseDigest(reference, RefusalCode.RevisionUnknown).Succeeded(out var digest, out var refusal)
                || !(await contents.FindMadeAsync(current.Artifact, digest, context.RequestAborted)).Succeeded(out var version, out refusal)
                || !images.Of(version).Succeeded(out var image, out refusal))
            {
                return refusal;
            }

            contents.Remember(version, image);
            return new[] { image.Manifest, image.Attestation }.FirstOrDefault(content => content.Digest == digest) is { } manifest
                ? await SendAsync(context, manifest)
                : new Refusal(RefusalCode.RevisionUnknown, reference);
        }

        var (tagged, unknown) = (current, (Refusal?)new Refusal(RefusalCode.RevisionUnknown, reference));
        if (!OciReference.IsTag(reference)
            || (reference != OciReference.Latest && !(await library.FindVersionAsync(current.Artifact.Kind, current.Artifact.FullName, reference, context.RequestAborted)).Succeeded(out tagged!, out unknown))
            || !tagged.Import.Published().Succeeded(out _, out unknown)
            || !images.Of(tagged).Succeeded(out var found, out unknown))
        {
            return unknown;
        }

        contents.Remember(tagged, found);
        return await SendAsync(context, found.Manifest);
    }

    private async Task<Refusal?> SendBlobAsync(HttpContext context, ArtifactName artifact, string reference)
    {
        if (!OciReference.ParseDigest(reference, RefusalCode.FileUnknown).Succeeded(out var digest, out var refusal))
        {
            return refusal;
        }

        if (digest == OciContent.Empty.Digest)
        {
            return await SendAsync(context, OciContent.Empty, PublishedFileAnswer.ContentType);
        }

        if ((await contents.FindFileAsync(artifact, digest, context.RequestAborted)).Succeeded(out var found, out var unknown))
        {
            context.Response.Headers[DigestHeader] = OciReference.Write(digest);
            return await PublishedFileAnswer.SendAsync(context, found.Version, found.File);
        }

        if (!(await contents.FindMadeAsync(artifact, digest, context.RequestAborted)).Succeeded(out var version, out refusal)
            || !images.Of(version).Succeeded(out var image, out refusal))
        {
            return refusal.Code is RefusalCode.RevisionUnknown or RefusalCode.VersionRetired ? unknown : refusal;
        }

        if (image.Configuration.Digest == digest)
        {
            return await SendAsync(context, image.Configuration, PublishedFileAnswer.ContentType);
        }

        if (image.Documents.FirstOrDefault(candidate => candidate.Descriptor.Digest == digest) is not { } document)
        {
            return unknown;
        }

        context.Response.Headers[DigestHeader] = OciReference.Write(digest);
        await PublishedFileAnswer.SendAsync(context, version.DocumentOf(document.Name), version.Time, digest.Hex);
        return null;
    }

    private async Task<Refusal?> SendReferrersAsync(HttpContext context, ArtifactName artifact, string reference, string artifactType)
    {
        if (!OciReference.ParseDigest(reference, RefusalCode.RevisionUnknown).Succeeded(out var subject, out var refusal) && refusal.Code == RefusalCode.RequestInvalid)
        {
            return refusal;
        }

        if (artifactType.Length > 0)
        {
            context.Response.Headers["OCI-Filters-Applied"] = "artifactType";
        }

        // Nothing refers to what is not there: the answer is an empty list then, too.
        var image = refusal is null
            && artifactType is "" or Attestation.ArtifactType
            && (await contents.FindMadeAsync(artifact, subject, context.RequestAborted)).Succeeded(out var version, out _)
            && images.Of(version).Succeeded(out var made, out _)
            && made.Manifest.Digest == subject
                ? made
                : null;
        return await SendAsync(context, Attestation.Referrers(image));
    }

    private static async Task<Refusal?> SendAsync(HttpContext context, OciContent content, string? contentType = null)
    {
        context.Response.Headers[DigestHeader] = OciReference.Write(content.Digest);
        await PublishedFileAnswer.SendAsync(context, content.Bytes, contentType ?? content.Descriptor.MediaType, content.Digest.Hex);
        return null;
    }
}
