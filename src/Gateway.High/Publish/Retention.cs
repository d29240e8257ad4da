using Gateway.Storage.High;

namespace Gateway.High.Publish;

/// <summary>Retires what the rules no longer keep, and frees its bytes at once: there is no incident to look into.</summary>
public sealed partial class Retention(HighCatalog catalog, Withdrawal withdrawal, WithdrawnBytes bytes, RetentionOptions options, ILogger<Retention> logger)
{
    /// <summary>Versions judged in one reading of the catalog.</summary>
    private const int VersionsPerRead = 1_000;

    /// <summary>The rules, in their order.</summary>
    public IReadOnlyList<RetentionRule> Rules { get; } = options.ToRules();

    /// <summary>Looks once at all published versions, and at what was withdrawn before.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        await withdrawal.CarryOnAsync(cancellationToken).ConfigureAwait(false);
        var after = ("", 0L);
        while (Rules.Count > 0)
        {
            var verdicts = await catalog.ListRetentionAsync(Rules, after, VersionsPerRead, cancellationToken).ConfigureAwait(false);
            foreach (var verdict in verdicts.Where(verdict => verdict.Hold is null))
            {
                await RetireAsync(verdict.Import, cancellationToken).ConfigureAwait(false);
            }

            if (verdicts.Count < VersionsPerRead)
            {
                break;
            }

            after = (verdicts[^1].Import.Claim!.Artifact.FoldedName, verdicts[^1].Import.Claim!.Sequence);
        }

        await bytes.SweepAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task RetireAsync(ImportRecord import, CancellationToken cancellationToken)
    {
        try
        {
            if (await withdrawal.RetireAsync(import.Id, Rules, cancellationToken).ConfigureAwait(false) is { } retired)
            {
                HighTelemetry.RetiredVersions.Add(1);
                await bytes.FreeAsync(retired, cancellationToken).ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // One version that a damaged disk holds back must not hold back the others; it is tried again.
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogFailed(logger, e, import.Id, $"{import.Claim!.Artifact}");
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Import {TransferId}, {Artifact}, could not be retired altogether; it is tried again later")]
    private static partial void LogFailed(ILogger logger, Exception cause, string transferId, string artifact);
}
