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
        CheckReason(request.Reason).ThrowIfRefused();

        // What "current" means may change between the two calls.
        CheckVersion(request.Name).ThrowIfRefused();
        var import = (await catalog.FindByNameAsync(request.Name, context.CancellationToken)).OrRefuse();
        var meaning = Digest.Of(Encoding.UTF8.GetBytes($"revoke\n{import.Id}\n{request.Reason}"));
        var outcome = await withdrawal.RevokeAsync(
            import.Id, request.Reason, (request.RequestId, meaning), caller.Id, caller.PersonId, context.CancellationToken);
        return outcome.OrRefuse().ToProto();
    }

    /// <summary>What is wrong with a reason that people give, or null.</summary>
    public static Refusal? CheckReason(string reason) =>
        reason.Length > MaximumReasonLength || reason.Any(char.IsControl)
            ? new Refusal(RefusalCode.RequestInvalid, $"reason: give one line of at most {MaximumReasonLength} characters")
            : null;

    /// <summary>What is wrong with a name that is to mean one version for good, or null.</summary>
    public static Refusal? CheckVersion(string name) =>
        !name.StartsWith(ImportMessages.Collection, StringComparison.Ordinal) && !name.Contains('@', StringComparison.Ordinal)
            ? new Refusal(RefusalCode.RequestInvalid, "name: give the version too")
            : null;
}
