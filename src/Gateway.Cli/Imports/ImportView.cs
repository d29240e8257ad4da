using Gateway.Cli.Services;
using Gateway.Cli.Terminal;
using Gateway.Protocol.High.V1;
using Gateway.Protocol.V1;

namespace Gateway.Cli.Imports;

/// <summary>An import as JSON.</summary>
internal sealed record ImportView(
    string Id,
    string Kind,
    string Name,
    string Version,
    string Class,
    string State,
    string Submitter,
    IReadOnlyList<string> Approvers,
    int Files,
    long Bytes,
    long ReceivedBytes,
    long MissingBlocks,
    string Path,
    string ReleaseSha256,
    string ManifestSha256,
    RefusalView? Refusal,
    long Sequence,
    ulong Session,
    IReadOnlyList<string> AcknowledgedBy,
    DateTimeOffset? CreateTime,
    DateTimeOffset? UpdateTime,
    DateTimeOffset? BytesDeleteTime,
    RevocationView? Revocation,
    PinView? Pin,
    RetirementView? Retirement)
{
    public static ImportView Of(Import import) => new(
        ResourceName.IdOf(import.Name),
        Words.Of(import.Artifact?.Kind ?? ArtifactKind.Unspecified),
        import.Artifact?.Name ?? string.Empty,
        import.Artifact?.Version ?? string.Empty,
        import.Class,
        Words.Of(import.State),
        import.Submitter,
        [.. import.Approvers],
        import.Files,
        import.Bytes,
        import.ReceivedBytes,
        import.MissingBlocks,
        import.Path,
        import.ReleaseSha256,
        import.ManifestSha256,
        Words.Of(import.Refusal),
        import.Sequence,
        import.Session,
        [.. import.AcknowledgedBy],
        import.CreateTime?.ToDateTimeOffset(),
        import.UpdateTime?.ToDateTimeOffset(),
        import.BytesDeleteTime?.ToDateTimeOffset(),
        RevocationView.Of(import.Revocation),
        import.Pin is { } pin ? new(pin.Reason, pin.PinnedBy, pin.Time?.ToDateTimeOffset()) : null,
        import.Retirement is { } retirement ? new(retirement.Rule, retirement.Time?.ToDateTimeOffset()) : null);
}

/// <summary>A revocation as JSON.</summary>
internal sealed record RevocationView(string Reason, string RequestedBy, DateTimeOffset? RequestTime, string? CarriedOutBy, DateTimeOffset? CarryOutTime)
{
    public static RevocationView? Of(Revocation? revocation) => revocation is null ? null : new(
        revocation.Reason,
        revocation.RequestedBy,
        revocation.RequestTime?.ToDateTimeOffset(),
        revocation.CarriedOutBy.Length == 0 ? null : revocation.CarriedOutBy,
        revocation.CarryOutTime?.ToDateTimeOffset());
}

/// <summary>A pin as JSON.</summary>
internal sealed record PinView(string Reason, string PinnedBy, DateTimeOffset? Time);

/// <summary>A retirement as JSON.</summary>
internal sealed record RetirementView(string Rule, DateTimeOffset? Time);

/// <summary>Imports as JSON.</summary>
internal sealed record ImportsDocument(IReadOnlyList<ImportView> Imports);

/// <summary>An event as JSON: one a line.</summary>
internal sealed record ImportEventView(string Cursor, DateTimeOffset? Time, ImportView Import);

/// <summary>Imports on stdout.</summary>
internal static class ImportScreen
{
    public static void List(Screen screen, IReadOnlyList<Import> imports, bool json)
    {
        if (json)
        {
            screen.Document(new ImportsDocument([.. imports.Select(ImportView.Of)]), CliJson.Default.ImportsDocument);
            return;
        }

        screen.Table(
            ["ID", "ARTIFACT", "KIND", "STATE", "FILES", "SIZE", "REFUSAL", "UPDATED"],
            imports.Select(ImportView.Of).Zip(imports, (view, import) => (IReadOnlyList<string>)
            [
                view.Id, $"{view.Name}@{view.Version}", view.Kind, view.State, Screen.Number(view.Files), Screen.Size(view.Bytes),
                view.Refusal?.Code ?? string.Empty, Words.Of(import.UpdateTime),
            ]));
    }

    public static void Show(Screen screen, Import import, bool json)
    {
        var view = ImportView.Of(import);
        if (json)
        {
            screen.Document(view, CliJson.Default.ImportView);
            return;
        }

        screen.Title($"{view.Name}@{view.Version}");
        screen.Facts(
            ("import", view.Id),
            ("state", view.State),
            ("refusal", view.Refusal is { } refusal ? $"{refusal.Code}: {refusal.Sentence}" : null),
            ("kind", view.Kind),
            ("class", view.Class),
            ("submitter", view.Submitter),
            ("approvers", string.Join(", ", view.Approvers)),
            ("files", Screen.Number(view.Files)),
            ("received", $"{Screen.Size(view.ReceivedBytes)} of {Screen.Size(view.Bytes)}"),
            ("missing", view.MissingBlocks == 0 ? null : $"{Screen.Number(view.MissingBlocks)} blocks"),
            ("path", view.Path),
            ("manifest", view.ManifestSha256),
            ("release", view.ReleaseSha256),
            ("sequence", $"{view.Sequence}"),
            ("acknowledged by", string.Join(", ", view.AcknowledgedBy)),
            ("revocation", view.Revocation is { } revocation
                ? $"{revocation.Reason} (asked for by {revocation.RequestedBy}, {(revocation.CarriedOutBy is { } second ? $"carried out by {second}" : "waits for a second person")})"
                : null),
            ("pinned", view.Pin is { } pin ? $"{pin.Reason} (by {pin.PinnedBy}, {Words.Of(import.Pin.Time)})" : null),
            ("retired", view.Retirement is { } retirement ? $"{Words.Of(import.Retirement.Time)}, by the rule {retirement.Rule}; ask for it again as a new version" : null),
            ("bytes deleted", import.BytesDeleteTime is null ? null : Words.Of(import.BytesDeleteTime)),
            ("updated", Words.Of(import.UpdateTime)));
    }
}
