using Gateway.Core.Manifests;
using Gateway.Core.Trust;
using Gateway.Core.Wire;
using Gateway.Core;
using Gateway.Storage.Low;

namespace Gateway.Low.Seal;

/// <summary>
/// What this side knows to have sent. Whether it arrived, was published and is still there it does not know: what the far side lacks of a transfer it asks for, as if the lane had
/// lost it.
/// </summary>
internal sealed partial class SentFiles(LowCatalog catalog, LowDocuments documents, DeduplicationOptions options, TimeProvider time, ILogger<SentFiles> logger)
{
    /// <summary>Where files of an artifact lie in its byte stream that were sent to its destination before.</summary>
    public async Task<IReadOnlyList<ByteSpan>> FindAsync(TransferRecord transfer, Manifest manifest, CancellationToken cancellation)
    {
        if (options.Days == 0)
        {
            return [];
        }

        var sent = await catalog.FindSentAsync(transfer.Destination, DigestsOf(manifest), Since, cancellation);
        return sent.Count == 0 ? [] : [.. manifest.SpansOf(index => sent.Contains(manifest.Files[index].Digest))];
    }

    /// <summary>
    /// Remembers the files of a transfer that was sent. Its manifest is read again: nobody holds it while bytes cross. Where that fails they may cross twice, and the transfer is
    /// sent all the same.
    /// </summary>
    public async Task RememberAsync(TransferRecord transfer, CancellationToken cancellation)
    {
        try
        {
            if (options.Days > 0
                && Envelope.Parse(await documents.ReadAsync(transfer.Id, LowDocument.Manifest, cancellation)).Succeeded(out var envelope, out _)
                && Manifest.Parse(envelope.Payload).Succeeded(out var manifest, out _))
            {
                await catalog.RecordSentAsync(transfer.Destination, DigestsOf(manifest), Since, cancellation);
            }
        }
#pragma warning disable CA1031 // What was sent is not sent again because it could not be remembered.
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogForgotten(logger, e, transfer.Id);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The files of {TransferId} were sent and could not be remembered: they may cross again with another")]
    private static partial void LogForgotten(ILogger logger, Exception cause, string transferId);

    private DateTimeOffset Since => time.GetUtcNow().AddDays(-options.Days);

    private static IEnumerable<Digest> DigestsOf(Manifest manifest) => manifest.Files.Where(file => file.Bytes > 0).Select(file => file.Digest).Distinct();
}
