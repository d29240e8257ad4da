using Gateway.Core;
using Gateway.Core.Trust;
using Gateway.Hosting.Calls;
using Gateway.Low.Submit;
using Gateway.Protocol.Low.V1;
using Gateway.Storage.Low;
using Grpc.Core;

namespace Gateway.Low.Send;

/// <summary>RepairService: sends again what the high side says did not arrive.</summary>
internal sealed class RepairEndpoints(Repairing repairing) : RepairService.RepairServiceBase
{
    public override async Task<ApplyRepairResponse> ApplyRepair(ApplyRepairRequest request, ServerCallContext context)
    {
        // The code says that the high side wants it, and people approved what it brings: whoever may submit may carry it.
        var caller = context.CallerWith(Role.Engineer, Role.Admin);
        if (!Guid.TryParse(request.RequestId, out _))
        {
            new Refusal(RefusalCode.RequestInvalid, "request_id is not a UUID").ThrowIfRefused();
        }

        var (lane, code) = repairing.Read(request.Code).OrRefuse();
        var (wanted, unknown) = await repairing.FindAsync(lane.Id, code.Request, context.CancellationToken);
        if (!request.ValidateOnly)
        {
            await repairing.RecordAsync(lane.Id, code, caller, context.CancellationToken);
        }

        var response = new ApplyRepairResponse { Lane = $"lanes/{lane.Id}" };
        foreach (var one in wanted)
        {
            var repair = ToMessage(one);
            var (outcome, refusal) = await ApplyAsync(one, request, caller, context.CancellationToken);
            (repair.Outcome, repair.Refusal) = (outcome, refusal?.ToProto());
            response.Repairs.Add(repair);
        }

        response.Repairs.AddRange(unknown.Select(refusal => new Repair { Outcome = Repair.Types.Outcome.Refused, Refusal = refusal.ToProto() }));
        return response;
    }

    private async Task<(Repair.Types.Outcome Outcome, Refusal? Refusal)> ApplyAsync(
        WantedTransfer wanted, ApplyRepairRequest request, Caller caller, CancellationToken cancellation)
    {
        if (wanted.Transfer.State == TransferState.Sending)
        {
            return (Repair.Types.Outcome.AlreadyQueued, null);
        }

        if (wanted.IsSuperseded)
        {
            return (Repair.Types.Outcome.Superseded, null);
        }

        var refusal = repairing.Objection(wanted)
            ?? (request.ValidateOnly ? null : (await repairing.QueueAsync(wanted, request.RequestId, caller, cancellation)).Refusal);
        return refusal is null ? (Repair.Types.Outcome.Queued, null) : (Repair.Types.Outcome.Refused, refusal);
    }

    private static Repair ToMessage(WantedTransfer wanted) => new()
    {
        Transfer = TransferNames.Of(wanted.Transfer.Id),
        Artifact = wanted.Transfer.Artifact.ToMessage(),
        Sessions = { wanted.Sessions },
        Whole = wanted.Only is null,
        Blocks = wanted.Only?.Ranges.Blocks ?? 0,
        Bytes = wanted.Only is { } only ? Math.Min(only.Ranges.Blocks * only.PayloadBytes, wanted.Transfer.TotalBytes) : wanted.Transfer.TotalBytes,
    };
}
