using Gateway.Core;
using Gateway.Core.Trust;
using Gateway.Core.Wire;
using Gateway.High.Receive;
using Gateway.Hosting.Calls;
using Gateway.Protocol.High.V1;
using Gateway.Storage.High;
using Grpc.Core;

namespace Gateway.High.Import;

/// <summary>What did not arrive, as codes that people carry out by hand. Nothing else can be told by them: see <see cref="RepairCode"/>.</summary>
internal sealed class RepairCalls(IReadOnlyList<ILaneReceiver> lanes, LaneLosses losses, HighCatalog catalog) : RepairService.RepairServiceBase
{
    private const string Collection = "lanes/";

    public override async Task<RequestRepairResponse> RequestRepair(RequestRepairRequest request, ServerCallContext context)
    {
        var caller = context.CallerWith(Role.Importer, Role.Admin);
        var response = new RequestRepairResponse();
        foreach (var lane in Named(request.Lane).OrRefuse().OrderBy(lane => lane.Status.Lane, StringComparer.Ordinal))
        {
            var status = lane.Status;
            var loss = await losses.FindAsync(status, context.CancellationToken);
            var all = loss.ToRequest();
            if (all.IsEmpty)
            {
                continue;
            }

            var code = RepairCode.Make(status.Lane, lane.KeyInUse, all.Fitting());
            foreach (var entry in code.ToAudit(caller.Id, "repair.requested", status.Lane))
            {
                await catalog.AuditAsync(entry, context.CancellationToken);
            }

            response.Repairs.Add(ToProto(status.Lane, loss, code));
        }

        return response;
    }

    private Outcome<ILaneReceiver[]> Named(string name)
    {
        var named = lanes.Where(lane => name.Length == 0 || name == Collection + lane.Status.Lane).ToArray();
        return named.Length > 0 ? named : new Refusal(RefusalCode.LaneUnknown, name);
    }

    private static LaneRepair ToProto(string lane, LaneLoss loss, RepairCode code)
    {
        var repair = new LaneRepair
        {
            Lane = Collection + lane,
            Code = code.Text,
            MissingSessions = { code.Request.MissingSessions },
            KeyId = LaneProtocol.KeyName(code.KeyId),
        };
        var named = code.Request.Transfers.ToDictionary(t => t.TransferId, t => t.Missing, StringComparer.Ordinal);
        foreach (var (import, missing) in loss.Transfers)
        {
            if (named.TryGetValue(import.Id, out var ranges))
            {
                repair.Imports.Add(new IncompleteImport
                {
                    Import = ImportMessages.Collection + import.Id,
                    Artifact = import.Claim!.Artifact.ToProto(),
                    MissingBlocks = import.MissingBlocks,
                    NamedBlocks = ranges.Blocks,
                    NamedBytes = Math.Min(ranges.Blocks * missing.PayloadBytes, import.Claim.Bytes),
                });
            }
        }

        repair.More = code.Request.MissingSessions.Count < loss.Sessions.Count || code.Request.Blocks < loss.Transfers.Sum(t => t.Missing.Missing.Blocks);
        return repair;
    }
}
