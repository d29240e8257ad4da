using System.CommandLine;
using Gateway.Cli.Services;
using Gateway.Cli.Terminal;
using Gateway.Protocol.V1;

namespace Gateway.Cli.Audit;

/// <summary><c>gateway audit show</c>.</summary>
internal static class AuditCommand
{
    public static Command Create(CommandEnvironment environment) =>
        new("audit", "The record of state changes and refusals.") { Show(environment) };

    private static Command Show(CommandEnvironment environment)
    {
        var side = new Option<string>("--side") { Description = "Side whose record is shown.", DefaultValueFactory = _ => "low", HelpName = "low|high" };
        side.AcceptOnlyFromAmong("low", "high");
        var transfer = new Option<string?>("--transfer") { Description = "Only records of this transfer.", HelpName = "ID" };
        return new Command("show", "Shows the record of one side, oldest first.") { side, transfer, InvocationOptions.Context(), InvocationOptions.Json() }
            .Runs(environment, async (result, cancel) =>
            {
                var context = result.ContextOf(environment);
                using var channel = result.GetValue(side) == "high" ? ServiceChannel.High(context) : ServiceChannel.Low(context);
                var service = new AuditService.AuditServiceClient(channel);
                var wanted = result.GetValue(transfer);
                var records = Pages.All(
                    async token =>
                    {
                        var page = await service.ListAuditRecordsAsync(
                            new ListAuditRecordsRequest { PageSize = 1000, PageToken = token }, cancellationToken: cancel);
                        return ((IEnumerable<AuditRecord>)page.Records, page.NextPageToken);
                    },
                    cancel);
                var views = await records
                    .Where(r => wanted is null || r.TransferId == ResourceName.IdOf(wanted))
                    .Select(AuditView.Of)
                    .ToListAsync(cancel);
                Print(environment.Screen, views, result.WantsJson());
                return ExitCode.Done;
            });
    }

    private static void Print(Screen screen, IReadOnlyList<AuditView> records, bool json)
    {
        if (json)
        {
            screen.Document(new AuditDocument(records), CliJson.Default.AuditDocument);
            return;
        }

        screen.Table(
            ["#", "TIME", "ACTOR", "TRANSFER", "ACTION", "STATE", "REFUSAL", "DETAIL"],
            records.Select(r => (IReadOnlyList<string>)
            [
                $"{r.Sequence}", r.Time?.ToString("u") ?? string.Empty, r.Actor, r.TransferId, r.Action, r.State, r.Refusal ?? string.Empty, r.Detail,
            ]));
    }
}

/// <summary>The record as JSON.</summary>
internal sealed record AuditDocument(IReadOnlyList<AuditView> Records);

/// <summary>One line of the record as JSON.</summary>
internal sealed record AuditView(
    long Sequence, DateTimeOffset? Time, string Actor, string TransferId, string Action, string State, string? Refusal, string Detail)
{
    public static AuditView Of(AuditRecord record) => new(
        record.Sequence, record.Time?.ToDateTimeOffset(), record.Actor, record.TransferId, record.Action, record.State,
        record.Refusal == RefusalCode.Unspecified ? null : Words.Of(record.Refusal), record.Detail);
}
