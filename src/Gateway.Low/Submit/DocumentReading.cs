using Gateway.Core;
using Gateway.Low.Approve;
using Gateway.Protocol.Low.V1;
using Gateway.Storage.Low;

namespace Gateway.Low.Submit;

/// <summary>The signed documents of a transfer, for whoever verifies them.</summary>
internal sealed class DocumentReading(LowDocuments documents, StoredRelease releases)
{
    /// <summary>Bytes in one message, as the protocol says.</summary>
    public const int PartBytes = 256 << 10;

    /// <summary>Refuses with <see cref="RefusalCode.StateWrong"/> one that does not exist yet.</summary>
    public async Task<Outcome<Stream>> OpenAsync(TransferRecord transfer, Document document, CancellationToken cancellation)
    {
        switch (document)
        {
            case Document.Manifest when transfer.Manifest is not null:
                return documents.OpenRead(transfer.Id, LowDocument.Manifest);
            case Document.Inspection when transfer.Inspection is not null:
                return documents.OpenRead(transfer.Id, LowDocument.Inspection);
            case Document.Release:
                return (await releases.ReadAsync(transfer, cancellation)).Succeeded(out var release, out var refusal)
                    ? new MemoryStream(release.ToBytes())
                    : refusal;
            case Document.Manifest or Document.Inspection:
                return new Refusal(RefusalCode.StateWrong, transfer.State.Word());
            default:
                return new Refusal(RefusalCode.RequestInvalid, "document");
        }
    }
}
