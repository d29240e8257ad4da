using System.Text;
using Gateway.Core;
using Gateway.Core.Trust;
using Gateway.Hosting.Calls;
using Gateway.Low.Submit;
using Gateway.Protocol.Low.V1;
using Gateway.Storage.Low;
using Google.Protobuf;
using Grpc.Core;

namespace Gateway.Low.Approve;

/// <summary>ApprovalService: signatures and rejections, each under the name of the caller only.</summary>
internal sealed class ApprovalEndpoints(LowCatalog catalog, ApprovalDesk desk) : ApprovalService.ApprovalServiceBase
{
    /// <summary>Longest message of an approver, in characters: it is kept in the audit record.</summary>
    public const int MaximumMessageLength = 1000;

    /// <summary>Longest signature that is looked at, in bytes: ML-DSA-87, the longest that is planned for, has 4,627.</summary>
    public const int MaximumSignatureBytes = 8 << 10;

    public override async Task<Transfer> ApproveTransfer(ApproveTransferRequest request, ServerCallContext context)
    {
        Check(request.Message, request.Signature.Length is 0 or > MaximumSignatureBytes ? "signature" : null);
        var (transfer, caller) = await OpenAsync(request.Name, context);
        var signature = new Signature(request.ReleaseSha256, request.KeyId, request.Signature.ToByteArray(), request.Message);
        var body = request.Clone();
        body.RequestId = "";
        return (await desk.SignAsync(transfer, caller, signature, (request.RequestId, Digest.Of(body.ToByteArray())), context.CancellationToken))
            .OrRefuse().ToMessage();
    }

    public override async Task<Transfer> RejectTransfer(RejectTransferRequest request, ServerCallContext context)
    {
        Check(request.Message, string.IsNullOrWhiteSpace(request.Message) ? "message: say why" : null);
        var (transfer, caller) = await OpenAsync(request.Name, context);
        var body = Digest.Of(Encoding.UTF8.GetBytes($"reject {transfer.Id} {request.Message}"));
        return (await desk.RejectAsync(transfer, caller, request.Message, (request.RequestId, body), context.CancellationToken)).OrRefuse().ToMessage();
    }

    private static void Check(string message, string? wrong)
    {
        wrong ??= message.Length > MaximumMessageLength ? $"message: at most {MaximumMessageLength} characters" : null;
        (wrong is null ? null : new Refusal(RefusalCode.RequestInvalid, wrong)).ThrowIfRefused();
    }

    /// <summary>Whoever submitted it hears that first: another role would not help them.</summary>
    private async Task<(TransferRecord Transfer, Caller Caller)> OpenAsync(string name, ServerCallContext context)
    {
        var transfer = (await catalog.FindAsync(TransferNames.Parse(name).OrRefuse(), context.CancellationToken)).OrRefuse();
        var caller = context.Caller();
        if (transfer.Submitter == caller.PersonId)
        {
            throw new Refusal(RefusalCode.SelfApproval, caller.PersonId).ToRpcException();
        }

        return (transfer, context.CallerWith(Role.Approver));
    }
}
