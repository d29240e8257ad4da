using System.Buffers;
using System.Security.Cryptography;
using Gateway.Core.Inspection.Refused;
using Gateway.Core.Inspection.Verifiers;
using Gateway.Core.Manifests;

namespace Gateway.Core.Inspection;

/// <summary>
/// Inspects one file in one pass: SHA-256 and the format's verifier see the same bytes, pushed in chunks of any size, in bounded memory.
/// The content says what the file is and the name must agree; nothing is accepted for its name alone.
/// </summary>
public sealed class FileInspector : IDisposable
{
    private readonly ArtifactPath path;
    private readonly long bytes;
    private readonly FileFormat claimed;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly PickleWalk pickle = new();
    private byte[] block = [];
    private int blockBytes;
    private long received;
    private long inspected;
    private Verifier? verifier;

    /// <summary>What the file was recognised as by its first block or name, which no verifier then needs to read.</summary>
    private Finding? recognised;

    /// <summary>What the content is beyond doubt, whatever the name says.</summary>
    private FileFormat content;

    /// <param name="path">Path as in the manifest; only its last part is looked at.</param>
    /// <param name="bytes">Size of the file, which must be pushed exactly.</param>
    public FileInspector(ArtifactPath path, long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        this.path = path;
        this.bytes = bytes;
        claimed = FormatGuess.FromName(path.Value);
    }

    /// <summary>The next bytes. More than the file's size in all is a bug of the caller and throws.</summary>
    public void Append(ReadOnlySpan<byte> chunk)
    {
        if (chunk.Length > bytes - received)
        {
            throw new InvalidOperationException("More bytes than the file has.");
        }

        received += chunk.Length;
        hash.AppendData(chunk);
        while (!chunk.IsEmpty)
        {
            chunk = chunk[Cut(chunk)..];
        }
    }

    /// <summary>Ends the file. Fewer bytes than its size is a bug of the caller and throws: sizes are compared before inspection.</summary>
    public FileInspection Complete()
    {
        if (received != bytes)
        {
            throw new InvalidOperationException("Fewer bytes than the file has.");
        }

        if (blockBytes > 0 || bytes == 0)
        {
            Inspect(block.AsSpan(0, blockBytes));
        }

        pickle.Complete();
        verifier?.Complete();
        var refusal = pickle.Refusal ?? recognised ?? verifier!.Refusal;
        var inspection = new FileInspection(path, bytes, Digest.FromHash(hash.GetHashAndReset()), FormatOf(refusal), [], []);
        return refusal is null
            ? verifier!.Attach(inspection with { Findings = [.. verifier.Warnings], Summary = verifier.Summarise() })
            : inspection with { Findings = [refusal] };
    }

    /// <summary>Returns pooled buffers.</summary>
    public void Dispose()
    {
        hash.Dispose();
        verifier?.Dispose();
        if (block.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(block);
            block = [];
        }
    }

    /// <summary>Takes bytes up to the end of the block; whole blocks pass without being copied.</summary>
    private int Cut(ReadOnlySpan<byte> chunk)
    {
        if (blockBytes == 0 && chunk.Length >= InspectionLimits.BlockBytes)
        {
            Inspect(chunk[..InspectionLimits.BlockBytes]);
            return InspectionLimits.BlockBytes;
        }

        if (block.Length == 0)
        {
            block = ArrayPool<byte>.Shared.Rent(InspectionLimits.BlockBytes);
        }

        var taken = Math.Min(chunk.Length, InspectionLimits.BlockBytes - blockBytes);
        chunk[..taken].CopyTo(block.AsSpan(blockBytes));
        blockBytes += taken;
        if (blockBytes == InspectionLimits.BlockBytes)
        {
            Inspect(block.AsSpan(0, blockBytes));
            blockBytes = 0;
        }

        return taken;
    }

    private void Inspect(ReadOnlySpan<byte> next)
    {
        if (inspected == 0)
        {
            Begin(next);
        }

        inspected += next.Length;
        pickle.Append(next);
        if (!next.IsEmpty)
        {
            verifier?.Append(next);
        }
    }

    private void Begin(ReadOnlySpan<byte> head)
    {
        content = SafetensorsVerifier.Begins(head, bytes) ? FileFormat.Safetensors
            : head.StartsWith(NpyVerifier.Magic) ? FileFormat.Npy
            : FileFormat.Unknown;
        recognised = Recognise(head);
        verifier = recognised is null ? Verify() : null;
    }

    private Finding? Recognise(ReadOnlySpan<byte> head)
    {
        var name = path.Value[(path.Value.LastIndexOf('/') + 1)..];
        if (TarHeader.Begins(head))
        {
            return Findings.Refuse(RefusalCode.ArchiveRefused, 0, "a tar archive");
        }

        // A safetensors length may begin like anything: 35,615 like gzip, 640 like a pickle of protocol 2.
        if (content == FileFormat.Unknown && (Signatures.Recognise(head) ?? SourceText.Recognise(head, name)) is { } known)
        {
            return known;
        }

        if (SourceNames.Recognise(name) is { } named)
        {
            return named;
        }

        if (content != FileFormat.Unknown && content != claimed)
        {
            return Findings.Refuse(RefusalCode.FormatMismatch, 0, $"it is {content.Name()}, which its name does not say");
        }

        return claimed switch
        {
            FileFormat.Unknown => Findings.Refuse(RefusalCode.FormatUnknown, null, "neither its name nor its content is of a format that may cross"),
            not (FileFormat.Safetensors or FileFormat.Npy) when head.IndexOf((byte)0) is >= 0 and var at =>
                Findings.Refuse(RefusalCode.FormatMismatch, at, "it is binary, which its name does not say"),
            _ => null,
        };
    }

    private Verifier Verify() => claimed switch
    {
        FileFormat.Safetensors => new SafetensorsVerifier(bytes),
        FileFormat.SafetensorsIndex => new SafetensorsIndexVerifier(),
        FileFormat.Npy => new NpyVerifier(bytes),
        FileFormat.Json => new JsonVerifier(),
        FileFormat.JsonLines => new JsonLinesVerifier(),
        FileFormat.Csv => new CsvVerifier(),
        FileFormat.Text => new TextVerifier(),
        _ => throw new InvalidOperationException("A format without a verifier."),
    };

    /// <summary>A file that is refused is what its content is beyond doubt, or what its verifier had begun to read.</summary>
    private FileFormat FormatOf(Finding? refusal) =>
        refusal is null || (refusal == verifier?.Refusal && refusal.Code != RefusalCatalogue.Of(RefusalCode.FormatMismatch).Name) ? claimed : content;
}
