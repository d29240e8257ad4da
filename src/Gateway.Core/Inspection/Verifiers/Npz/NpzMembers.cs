using Gateway.Core.Inspection.Floats;
using Gateway.Core.Inspection.Refused;
using Gateway.Core.Inspection.Verifiers.Zip;

namespace Gateway.Core.Inspection.Verifiers.Npz;

/// <summary>Inspects each member as the npy file that its name must claim, which leaves no room for archives in archives.</summary>
internal sealed class NpzMembers : ZipVisitor, IDisposable
{
    private readonly List<string> told = [];
    private ContentInspector? content;
    private ZipEntry? array;

    /// <summary>How the name of each member ends. NumPy takes members with another ending for bytes, and gives these to who asks.</summary>
    public static ReadOnlySpan<byte> Ending => ".npy"u8;

    /// <summary>Arrays that were read.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of all of them as npy files.</summary>
    public long Bytes { get; private set; }

    /// <summary>What the numbers of all of them are.</summary>
    public FloatScan Floats { get; } = new();

    /// <summary>Name, type and shape of the first.</summary>
    public IReadOnlyList<string> Told => told;

    public override Finding? Begin(ZipEntry entry)
    {
        var name = entry.Name[(entry.Name.LastIndexOf('/') + 1)..];
        if (!entry.NameBytes.AsSpan().EndsWith(Ending))
        {
            return SourceNames.Recognise(name) is { } known && known.Code == RefusalCatalogue.Of(RefusalCode.PickleRefused).Name
                ? Refuse(RefusalCode.PickleRefused, entry, "a Python pickle in a zip archive")
                : Refuse(RefusalCode.ArchiveRefused, entry, "a zip archive with something else than npy files");
        }

        // NumPy leaves the ending away: "a.npy.npy" is the array "a.npy", which is also the file of the array "a".
        // A directory "a.npy" could not be beside that file.
        if (name.Length == Ending.Length || entry.Name.AsSpan(0, entry.Name.Length - Ending.Length).Contains(".npy", StringComparison.OrdinalIgnoreCase))
        {
            return Refuse(RefusalCode.FormatMalformed, entry, "a name that is read in two ways, or as none");
        }

        array = entry;
        content = new ContentInspector(new FileContent(name, entry.Unpacked, (_, _) => 0));
        return null;
    }

    public override Finding? Data(ReadOnlySpan<byte> data)
    {
        content!.Append(data);

        // No more is unpacked of what is refused already.
        return content.Verifier is { Refusal: not null } ? End(array!) : null;
    }

    public override Finding? End(ZipEntry entry)
    {
        using var ended = content!;
        content = null;
        if (ended.Complete(out _) is { } refusal)
        {
            // What is called npy and is not makes this an archive of other files.
            var code = refusal.Code == RefusalCatalogue.Of(RefusalCode.FormatMismatch).Name ? RefusalCatalogue.Of(RefusalCode.ArchiveRefused).Name : refusal.Code;
            return refusal with { Code = code, Offset = entry.Offset, Message = $"{Findings.Quote(entry.NameBytes)}: {refusal.Message}" };
        }

        if (Count < NpzLimits.ToldArrays)
        {
            told.Add($"{Findings.Quote(entry.NameBytes.AsSpan()[..^Ending.Length])} {string.Join(' ', ended.Verifier!.Summarise().Select(s => s.Value))}");
        }

        if (ended.Verifier is NpyVerifier { Floats: var floats })
        {
            Floats.Add(floats, entry.Offset, Findings.Quote(entry.NameBytes.AsSpan()[..^Ending.Length]));
        }

        Count++;
        Bytes += entry.Unpacked;
        return null;
    }

    public void Dispose() => content?.Dispose();

    private static Finding Refuse(RefusalCode code, ZipEntry entry, string message) =>
        Findings.Refuse(code, entry.Offset, $"{Findings.Quote(entry.NameBytes)}: {message}");
}
