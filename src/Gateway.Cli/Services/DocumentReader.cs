using Gateway.Core;
using Gateway.Core.Trust;
using Gateway.Protocol.High.V1;
using Gateway.Protocol.Low.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Gateway.Cli.Services;

/// <summary>Fetches signed documents, which services stream in parts.</summary>
internal static class DocumentReader
{
    /// <summary>Largest envelope in bytes: base64 of the largest payload, and its signatures.</summary>
    public const int MaximumBytes = (Envelope.MaximumPayloadBytes / 3 * 4) + (1 << 20);

    /// <summary>A document of a transfer, from the low side; bytes that nobody verified yet.</summary>
    public static async Task<byte[]> ReadAsync(
        TransferService.TransferServiceClient service, string transfer, Document document, CancellationToken cancel)
    {
        using var call = service.ReadDocument(new ReadDocumentRequest { Name = transfer, Document = document }, cancellationToken: cancel);
        return await CollectAsync(call.ResponseStream.ReadAllAsync(cancel).Select(r => r.Data), cancel);
    }

    /// <summary>A document of an import, from the high side; bytes that nobody verified yet.</summary>
    public static async Task<byte[]> ReadAsync(
        ImportService.ImportServiceClient service, string import, ImportDocument document, CancellationToken cancel)
    {
        using var call = service.ReadImportDocument(
            new ReadImportDocumentRequest { Name = import, Document = document }, cancellationToken: cancel);
        return await CollectAsync(call.ResponseStream.ReadAllAsync(cancel).Select(r => r.Data), cancel);
    }

    private static async Task<byte[]> CollectAsync(IAsyncEnumerable<ByteString> parts, CancellationToken cancel)
    {
        using var collected = new MemoryStream();
        await foreach (var part in parts.WithCancellation(cancel))
        {
            if (collected.Length + part.Length > MaximumBytes)
            {
                throw CommandStop.Refused(RefusalCode.DocumentInvalid, $"the service sent more than {MaximumBytes} bytes");
            }

            collected.Write(part.Span);
        }

        return collected.ToArray();
    }
}
