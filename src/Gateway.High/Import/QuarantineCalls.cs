using System.Text;
using Gateway.Core;
using Gateway.Core.Trust;
using Gateway.High.Receive;
using Gateway.High.Verify;
using Gateway.Hosting.Calls;
using Gateway.Protocol.High.V1;
using Gateway.Storage.High;
using Grpc.Core;
using ImportMessage = Gateway.Protocol.High.V1.Import;

namespace Gateway.High.Import;

/// <summary>What was refused here, why, and what people can do about it: have it checked again, or delete it.</summary>
internal sealed class QuarantineCalls(HighCatalog catalog, StagingArea staging, WaitingImports waiting, IntakeOptions options) : QuarantineService.QuarantineServiceBase
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

    public override async Task<ImportMessage> RecheckQuarantined(RecheckQuarantinedRequest request, ServerCallContext context)
    {
        var caller = context.CallerWith(Role.Admin);
        var import = (await catalog.FindByIdAsync(request.Name, context.CancellationToken)).OrRefuse();
        var first = false;
        var outcome = await catalog.RecheckAsync(
            import.Id,
            held => first = staging.HoldsQuarantined(held.Id, held.Claim!.Release),
            options.Objection,
            (request.RequestId, Meaning("recheck", import.Id)),
            caller.Id,
            context.CancellationToken);
        var rechecked = outcome.OrRefuse();
        if (first)
        {
            // Not where a request is repeated: two verifications of one import would be in each other's way. The bytes are taken back by the verification, as after a crash.
            await waiting.AddAsync(rechecked.Id, CancellationToken.None);
        }

        return rechecked.ToProto();
    }

    public override async Task<ImportMessage> DeleteQuarantined(DeleteQuarantinedRequest request, ServerCallContext context)
    {
        var caller = context.CallerWith(Role.Admin);
        var import = (await catalog.FindByIdAsync(request.Name, context.CancellationToken)).OrRefuse();
        var outcome = await catalog.DeleteBytesAsync(import.Id, (request.RequestId, Meaning("delete", import.Id)), caller.Id, context.CancellationToken);
        var deleted = outcome.OrRefuse();
        if (deleted is { State: ImportState.Quarantined, BytesDeleted: not null })
        {
            staging.DeleteQuarantined(deleted.Id);
        }

        return deleted.ToProto();
    }

    private static Digest Meaning(string verb, string id) => Digest.Of(Encoding.UTF8.GetBytes($"quarantine\n{verb}\n{id}"));
}
