namespace Gateway.Storage.Low;

/// <summary>The large signed documents of a transfer; the release and its signatures are in the catalog.</summary>
public enum LowDocument
{
    Manifest = 1,
    Inspection = 2,
}

/// <summary>Documents as files: a manifest of 200,000 files is too large for a row.</summary>
public sealed class LowDocuments
{
    private readonly string directory;

    public LowDocuments(StorageRoot root)
    {
        directory = Path.Combine(root.Path, "documents");
        DurableFiles.CreateDirectory(directory);
    }

    /// <summary>
    /// A file for a document that is still being received, so that a slow sender costs no memory; gone when it is disposed. One per
    /// transfer at a time.
    /// </summary>
    public FileStream CreateDraft(string transferId)
    {
        DurableFiles.CreateDirectory(Path.Combine(directory, transferId));
        return new FileStream(
            Path.Combine(directory, transferId, "draft"),
            new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.ReadWrite, BufferSize = 0, Options = FileOptions.DeleteOnClose });
    }

    /// <summary>Writes a document durably; one that is there is replaced in one step.</summary>
    public void Write(string transferId, LowDocument document, ReadOnlySpan<byte> envelope)
    {
        DurableFiles.CreateDirectory(Path.Combine(directory, transferId));
        DurableFiles.Replace(PathOf(transferId, document), envelope);
    }

    /// <summary>Reads a whole document; its size was capped when it was taken. Throws where it is missing.</summary>
    public async Task<byte[]> ReadAsync(string transferId, LowDocument document, CancellationToken cancellation)
    {
        using var stream = OpenRead(transferId, document);
        var bytes = new byte[checked((int)stream.Length)];
        await stream.ReadExactlyAsync(bytes, cancellation);
        return bytes;
    }

    /// <summary>Opens a document to be read in parts. Throws where it is missing.</summary>
    public FileStream OpenRead(string transferId, LowDocument document) => File.OpenRead(PathOf(transferId, document));

    private string PathOf(string transferId, LowDocument document) =>
        Path.Combine(directory, transferId, document == LowDocument.Manifest ? "manifest.dsse.json" : "inspection.dsse.json");
}
