using System.Text;
using Gateway.Core;
using Gateway.Core.Trust;
using Gateway.High.Publish;
using Gateway.Hosting.Calls;
using Gateway.Protocol.High.V1;
using Gateway.Storage.High;
using Grpc.Core;
using ImportMessage = Gateway.Protocol.High.V1.Import;

namespace Gateway.High.Import;

/// <summary>How two people take a version from readers.</summary>
internal sealed class RevocationCalls(HighCatalog catalog, Withdrawal withdrawal) : RevocationService.RevocationServiceBase
{
    /// <summary>Longest reason, in characters: a sentence or two, which the audit record holds beside the artifact's name.</summary>
    private const int MaximumReasonLength = 500;

    public override async Task<ImportMessage> RevokeImport(RevokeImportRequest request, ServerCallContext context)
    {
        var caller = context.CallerWith(Role.Admin, Role.Approver);
        if (request.Reason.Length > MaximumReasonLength || request.Reason.Any(char.IsControl))
        {
            throw new Refusal(RefusalCode.RequestInvalid, $"reason: give one line of at most {MaximumReasonLength} characters").ToRpcException();
        }

        if (!request.Name.StartsWith(ImportMessages.Collection, StringComparison.Ordinal) && !request.Name.Contains('@', StringComparison.Ordinal))
        {
            // What "current" means may change between the two calls.
            throw new Refusal(RefusalCode.RequestInvalid, "name: give the version too").ToRpcException();
        }

        var import = (await catalog.FindByNameAsync(request.Name, context.CancellationToken)).OrRefuse();
        var meaning = Digest.Of(Encoding.UTF8.GetBytes($"revoke\n{import.Id}\n{request.Reason}"));
        var outcome = await withdrawal.RevokeAsync(
            import.Id, request.Reason, (request.RequestId, meaning), caller.Id, caller.PersonId, context.CancellationToken);
        return outcome.OrRefuse().ToProto();
    }
}
