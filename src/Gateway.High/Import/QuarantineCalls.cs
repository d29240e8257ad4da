using Gateway.Core;
using Gateway.Core.Trust;
using Gateway.Hosting.Calls;
using Gateway.Protocol.High.V1;
using Gateway.Storage.High;
using Grpc.Core;
using ImportMessage = Gateway.Protocol.High.V1.Import;

namespace Gateway.High.Import;

/// <summary>What was refused here, and why.</summary>
internal sealed class QuarantineCalls(HighCatalog catalog) : QuarantineService.QuarantineServiceBase
{
    private static readonly Role[] Readers = [Role.Importer, Role.Auditor, Role.Admin];

    public override async Task<ListQuarantineResponse> ListQuarantine(ListQuarantineRequest request, ServerCallContext context)
    {
        context.CallerWith(Readers);
        var page = await ImportPages.ReadAsync(catalog, ImportState.Quarantined, request.PageSize, request.PageToken, context.CancellationToken);
        return new() { Imports = { page.Imports.Select(ImportMessages.ToProto) }, NextPageToken = page.NextPageToken };
    }

    public override async Task<ImportMessage> GetQuarantined(GetQuarantinedRequest request, ServerCallContext context)
    {
        context.CallerWith(Readers);
        var import = (await catalog.FindByIdAsync(request.Name, context.CancellationToken)).OrRefuse();
        return import.State == ImportState.Quarantined
            ? import.ToProto()
            : throw new Refusal(RefusalCode.ImportUnknown, $"{request.Name} is not in quarantine").ToRpcException();
    }
}
