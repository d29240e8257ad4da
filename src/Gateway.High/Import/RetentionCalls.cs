using System.Globalization;
using System.Text;
using Gateway.Core;
using Gateway.Core.Trust;
using Gateway.High.Publish;
using Gateway.Hosting.Calls;
using Gateway.Protocol.High.V1;
using Gateway.Storage.High;
using Grpc.Core;
using ImportMessage = Gateway.Protocol.High.V1.Import;
using VerdictMessage = Gateway.Protocol.High.V1.RetentionVerdict;

namespace Gateway.High.Import;

/// <summary>How importers pin versions, and see what the rules of retention would take.</summary>
internal sealed class RetentionCalls(HighCatalog catalog, Retention retention) : Protocol.High.V1.RetentionService.RetentionServiceBase
{
    private const string Pins = "pins";
    private const string Verdicts = "retention";

    private static readonly Role[] Readers = [Role.Importer, Role.Auditor, Role.Admin];

    public override async Task<ImportMessage> PinImport(PinImportRequest request, ServerCallContext context)
    {
        var caller = context.CallerWith(Role.Importer, Role.Admin);
        RevocationCalls.CheckReason(request.Reason).ThrowIfRefused();
        if (request.Reason.Length == 0)
        {
            throw new Refusal(RefusalCode.RequestInvalid, "reason: say why").ToRpcException();
        }

        var import = await FindVersionAsync(request.Name, context);
        var outcome = await catalog.PinAsync(
            import.Id, request.Reason, (request.RequestId, Meaning("pin", import.Id, request.Reason)), caller.Id, context.CancellationToken);
        return outcome.OrRefuse().ToProto();
    }

    public override async Task<ImportMessage> UnpinImport(UnpinImportRequest request, ServerCallContext context)
    {
        var caller = context.CallerWith(Role.Importer, Role.Admin);
        var import = await FindVersionAsync(request.Name, context);
        return (await catalog.UnpinAsync(import.Id, (request.RequestId, Meaning("unpin", import.Id, "")), caller.Id, context.CancellationToken)).OrRefuse().ToProto();
    }

    public override async Task<ListPinsResponse> ListPins(ListPinsRequest request, ServerCallContext context)
    {
        context.CallerWith(Readers);
        var size = PageSize.Of(request.PageSize, ImportCalls.DefaultPageSize, ImportCalls.MaximumPageSize).OrRefuse();
        var before = PageToken.ReadNumber(Pins, request.PageToken, first: long.MaxValue).OrRefuse();
        var imports = await catalog.ListPinnedAsync(before, size + 1, context.CancellationToken);
        return new()
        {
            Imports = { imports.Take(size).Select(ImportMessages.ToProto) },
            NextPageToken = imports.Count > size ? PageToken.After(Pins, imports[size - 1].Position) : "",
        };
    }

    public override async Task<ListRetentionResponse> ListRetention(ListRetentionRequest request, ServerCallContext context)
    {
        context.CallerWith(Readers);
        var size = PageSize.Of(request.PageSize, ImportCalls.DefaultPageSize, ImportCalls.MaximumPageSize).OrRefuse();
        var after = ReadPlace(PageToken.Read(Verdicts, request.PageToken).OrRefuse()).OrRefuse();
        var verdicts = await catalog.ListRetentionAsync(retention.Rules, (after.FoldedName, after.Sequence), size + 1, context.CancellationToken);
        var response = new ListRetentionResponse { Verdicts = { verdicts.Take(size).Select(ToProto) } };
        if (verdicts.Count > size)
        {
            var claim = verdicts[size - 1].Import.Claim!;
            response.NextPageToken = PageToken.After(Verdicts, string.Create(CultureInfo.InvariantCulture, $"{claim.Artifact.FoldedName}@{claim.Sequence}"));
        }

        return response;
    }

    /// <summary>A version by its own name: what "current" means may change before the call is carried out.</summary>
    private async Task<ImportRecord> FindVersionAsync(string name, ServerCallContext context)
    {
        RevocationCalls.CheckVersion(name).ThrowIfRefused();
        return (await catalog.FindByNameAsync(name, context.CancellationToken)).OrRefuse();
    }

    private static Outcome<Place> ReadPlace(string key) =>
        key.Length == 0 ? new Place("", 0)
        : key.Split('@') is [var name, var number] && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? new Place(name, sequence)
        : new Refusal(RefusalCode.PageTokenInvalid, "page_token");

    private static VerdictMessage ToProto(Storage.High.RetentionVerdict verdict) => new()
    {
        Import = verdict.Import.ToProto(),
        Rule = verdict.Rule?.ToString() ?? "",
        Retire = verdict.Hold is null,
        Hold = (VerdictMessage.Types.Hold)(int)(verdict.Hold ?? 0),
        Detail = verdict.Detail,
    };

    private static Digest Meaning(string verb, string id, string reason) => Digest.Of(Encoding.UTF8.GetBytes($"{verb}\n{id}\n{reason}"));

    private sealed record Place(string FoldedName, long Sequence);
}
