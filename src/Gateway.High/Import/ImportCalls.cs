using Gateway.Core;
using Gateway.Core.Trust;
using Gateway.High.Publish;
using Gateway.High.Scrubbing;
using Gateway.Hosting.Calls;
using Gateway.Protocol.High.V1;
using Gateway.Storage.High;
using Grpc.Core;
using ImportEventMessage = Gateway.Protocol.High.V1.ImportEvent;
using ImportMessage = Gateway.Protocol.High.V1.Import;

namespace Gateway.High.Import;

/// <summary>What importers ask: what is here, what comes, and that they took it over.</summary>
internal sealed partial class ImportCalls(HighCatalog catalog, PublishedManifests manifests, PublishedFileReader files, ReadVerification verification) : ImportService.ImportServiceBase
{
    /// <summary>Imports on a page that asks for no number.</summary>
    public const int DefaultPageSize = 50;

    /// <summary>Most imports on a page: with the most approvers they stay under the message limit of 4 MiB.</summary>
    public const int MaximumPageSize = 1_000;

    /// <summary>Events read at a time.</summary>
    private const int EventsPerRead = 100;

    private static readonly Role[] Readers = [Role.Importer, Role.Auditor, Role.Admin];

    public override async Task<ListImportsResponse> ListImports(ListImportsRequest request, ServerCallContext context)
    {
        context.CallerWith(Readers);
        var state = request.State == ImportMessage.Types.State.Unspecified ? (ImportState?)null : (ImportState)(int)request.State;
        if (state is { } known && !Enum.IsDefined(known))
        {
            throw new Refusal(RefusalCode.RequestInvalid, "state").ToRpcException();
        }

        var page = await ImportPages.ReadAsync(catalog, state, request.PageSize, request.PageToken, context.CancellationToken);
        return new() { Imports = { page.Imports.Select(ImportMessages.ToProto) }, NextPageToken = page.NextPageToken };
    }

    public override async Task<ImportMessage> GetImport(GetImportRequest request, ServerCallContext context)
    {
        context.CallerWith(Readers);
        return (await catalog.FindByNameAsync(request.Name, context.CancellationToken)).OrRefuse().ToProto();
    }

    public override async Task WatchImports(
        WatchImportsRequest request, IServerStreamWriter<ImportEventMessage> responseStream, ServerCallContext context)
    {
        context.CallerWith(Readers);
        var ended = context.CancellationToken;
        var last = await catalog.LastEventAsync(ended);
        var after = ImportCursor.Read(request.Cursor, last).OrRefuse();
        // The first event may be days away; the headers tell the client at once that it watches.
        await context.WriteResponseHeadersAsync([]);
        while (true)
        {
            var changed = catalog.Changes.Next;
            var events = await catalog.ListEventsAsync(after, EventsPerRead, ended);
            foreach (var change in events.Events)
            {
                await responseStream.WriteAsync(change.ToProto(), ended);
            }

            after = events.Through;
            if (!events.More)
            {
                await changed.WaitAsync(ended);
            }
        }
    }

    public override async Task<ImportMessage> AcknowledgeImport(AcknowledgeImportRequest request, ServerCallContext context)
    {
        var caller = context.CallerWith(Role.Importer);
        if (!ConsumerNames.IsValid(request.Consumer))
        {
            throw new Refusal(RefusalCode.RequestInvalid, $"consumer: {ConsumerNames.Rule}").ToRpcException();
        }

        var import = (await catalog.FindByIdAsync(request.Name, context.CancellationToken)).OrRefuse();
        var body = Digest.Of(System.Text.Encoding.UTF8.GetBytes($"acknowledge\n{import.Id}\n{request.Consumer}"));
        var acknowledged = await catalog.AcknowledgeAsync(
            import.Id, request.Consumer, (request.RequestId, body), caller.Id, context.CancellationToken);
        return acknowledged.OrRefuse().ToProto();
    }
}
