using Gateway.Cli.Services;
using Gateway.Cli.Terminal;
using Gateway.Protocol.Low.V1;

namespace Gateway.Cli.Transfers;

/// <summary>Transfers on stdout.</summary>
internal static class TransferScreen
{
    /// <summary>A table of transfers, or the JSON document.</summary>
    public static void List(Screen screen, IReadOnlyList<Transfer> transfers, bool json)
    {
        if (json)
        {
            screen.Document(new TransfersDocument([.. transfers.Select(TransferView.Of)]), CliJson.Default.TransfersDocument);
            return;
        }

        screen.Table(
            ["ID", "ARTIFACT", "KIND", "STATE", "SUBMITTER", "SIZE", "APPROVALS", "UPDATED"],
            transfers.Select(t => (IReadOnlyList<string>)
            [
                ResourceName.IdOf(t.Name), $"{t.Artifact?.Name}@{t.Artifact?.Version}", Words.Of(t.Artifact?.Kind ?? default), Words.Of(t.State),
                t.Submitter, Screen.Size(t.TotalBytes), $"{t.Approvals.Count(a => a.Approved)}/{t.ApprovalsRequired}", Words.Of(t.UpdateTime),
            ]));
    }

    /// <summary>One transfer, or the JSON document.</summary>
    public static void Show(Screen screen, Transfer transfer, bool json)
    {
        var view = TransferView.Of(transfer);
        if (json)
        {
            screen.Document(view, CliJson.Default.TransferView);
            return;
        }

        screen.Title($"{view.Name}@{view.Version}");
        screen.Facts(
            ("transfer", view.Id),
            ("state", view.State),
            ("refusal", view.Refusal is { } refusal ? $"{refusal.Code}: {refusal.Sentence}" : null),
            ("kind", view.Kind),
            ("class", view.Class.Length == 0 ? "none (strictest threshold)" : view.Class),
            ("to", $"{view.Destination} by {view.Lane}"),
            ("submitter", view.Submitter),
            ("purpose", view.Purpose),
            ("files", Screen.Number(view.Files)),
            ("staged", $"{Screen.Size(view.StagedBytes)} of {Screen.Size(view.TotalBytes)}"),
            ("sent", view.Session == 0 ? null : $"{Screen.Size(view.SentBytes)} in session {view.Session}"),
            ("not sent again", view.SparedBytes == 0 ? null : $"{Screen.Size(view.SparedBytes)} in files that crossed before"),
            ("approvals", $"{view.Approvals.Count(a => a.Approved)} of {view.ApprovalsRequired}"),
            ("manifest", view.ManifestSha256),
            ("inspection", view.InspectionSha256),
            ("release", view.ReleaseSha256),
            ("created", Words.Of(transfer.CreateTime)),
            ("expires", Words.Of(transfer.ExpireTime)));
        foreach (var approval in view.Approvals)
        {
            screen.Line($"{(approval.Approved ? "approved" : "rejected")} by {approval.Person}: {approval.Message}");
        }
    }
}
