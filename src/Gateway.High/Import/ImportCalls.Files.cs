using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Hosting.Calls;
using Gateway.Protocol.High.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Gateway.High.Import;

/// <summary>How importers read what is published.</summary>
internal sealed partial class ImportCalls
{
    private const int DefaultFiles = 1_000;

    /// <summary>Most files on a page; with the longest paths a page may pass 4 MiB, so that it is cut there too.</summary>
    private const int MaximumFiles = 10_000;

    /// <summary>Bytes of paths and digests on a page, under the message limit of 4 MiB with its framing.</summary>
    private const int MaximumPageBytes = 3 << 20;

    public override async Task<ListImportFilesResponse> ListImportFiles(ListImportFilesRequest request, ServerCallContext context)
    {
        context.CallerWith(Readers);
        var import = (await catalog.FindByIdAsync(request.Name, context.CancellationToken)).OrRefuse();
        import.Published().OrRefuse();
        var size = PageSize.Of(request.PageSize, DefaultFiles, MaximumFiles).OrRefuse();
        var list = $"files:{request.Name}";
        var first = PageToken.ReadNumber(list, request.PageToken, first: 0).OrRefuse();
        var manifest = manifests.Read(import.Claim!);
        if (first > manifest.Files.Count)
        {
            throw new Refusal(RefusalCode.PageTokenInvalid, "page_token").ToRpcException();
        }

        var response = new ListImportFilesResponse();
        var bytes = 0;
        var next = (int)first;
        for (; next < manifest.Files.Count && response.Files.Count < size && bytes < MaximumPageBytes; next++)
        {
            var file = ToProto(manifest.Files[next]);
            bytes += file.CalculateSize();
            response.Files.Add(file);
        }

        if (next < manifest.Files.Count)
        {
            response.NextPageToken = PageToken.After(list, next);
        }

        return response;
    }

    public override async Task ReadImport(ReadImportRequest request, IServerStreamWriter<ReadImportResponse> responseStream, ServerCallContext context)
    {
        context.CallerWith(Readers);
        var import = (await catalog.FindByIdAsync(request.Name, context.CancellationToken)).OrRefuse();
        var artifact = import.Published().OrRefuse();
        var path = ArtifactPath.Parse(request.Path).OrRefuse();
        if (request.Offset < 0 || request.Limit < 0)
        {
            throw new Refusal(RefusalCode.RequestInvalid, "offset or limit is negative").ToRpcException();
        }

        using var activity = HighTelemetry.Activities.StartActivity("read import");
        activity?.SetTag("import.name", request.Name);
        if (request.Verify && await verification.CheckAsync(import, path, context.CancellationToken) is { } refusal)
        {
            throw refusal.ToRpcException();
        }

        using var part = files.Open(artifact, path).OrRefuse();
        await part.SendAsync(
            request.Offset,
            request.Limit == 0 ? long.MaxValue : request.Limit,
            async (data, token) =>
            {
                await responseStream.WriteAsync(new ReadImportResponse { Data = UnsafeByteOperations.UnsafeWrap(data) }, token);
                HighTelemetry.ReadBytes.Add(data.Length);
            },
            context.CancellationToken);
    }

    public override async Task ReadImportDocument(
        ReadImportDocumentRequest request, IServerStreamWriter<ReadImportDocumentResponse> responseStream, ServerCallContext context)
    {
        context.CallerWith(Readers);
        var document = request.Document switch
        {
            ImportDocument.Manifest => PublishedFiles.Manifest,
            ImportDocument.Inspection => PublishedFiles.Inspection,
            ImportDocument.Release => PublishedFiles.Release,
            ImportDocument.Verdict => PublishedFiles.Verdict,
            _ => throw new Refusal(RefusalCode.RequestInvalid, "document").ToRpcException(),
        };
        var artifact = await FindPublishedAsync(request.Name, context);
        using var part = files.OpenDocument(artifact, document);
        await part.SendAsync(
            0,
            long.MaxValue,
            (data, token) => responseStream.WriteAsync(new ReadImportDocumentResponse { Data = UnsafeByteOperations.UnsafeWrap(data) }, token),
            context.CancellationToken);
    }

    private async Task<ArtifactName> FindPublishedAsync(string name, ServerCallContext context) =>
        (await catalog.FindByIdAsync(name, context.CancellationToken)).OrRefuse().Published().OrRefuse();

    private static ImportFile ToProto(ManifestFile file) =>
        new() { Path = file.Path.Value, Bytes = file.Bytes, Sha256 = file.Digest.Hex, Format = file.Format };
}
