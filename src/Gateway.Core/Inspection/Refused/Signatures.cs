using System.Buffers.Binary;

namespace Gateway.Core.Inspection.Refused;

/// <summary>
/// Formats that never cross, by their first bytes (numbers from file(1)'s magic and each format's specification). They are refused by
/// name, whatever the file is called, so that a submitter learns what to do rather than that something is wrong.
/// </summary>
internal static class Signatures
{
    private static readonly Signature[] Known =
    [
        new([0x1F, 0x8B, 0x08], RefusalCode.ArchiveRefused, "gzip data"),
        new([0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0], RefusalCode.ArchiveRefused, "xz data"),
        new([0x28, 0xB5, 0x2F, 0xFD], RefusalCode.ArchiveRefused, "zstd data"),
        new([0x04, 0x22, 0x4D, 0x18], RefusalCode.ArchiveRefused, "lz4 data"),
        new([(byte)'7', (byte)'z', 0xBC, 0xAF, 0x27, 0x1C], RefusalCode.ArchiveRefused, "a 7-Zip archive"),
        new([(byte)'R', (byte)'a', (byte)'r', (byte)'!', 0x1A, 0x07], RefusalCode.ArchiveRefused, "a RAR archive"),
        new([(byte)'M', (byte)'S', (byte)'C', (byte)'F', 0, 0, 0, 0], RefusalCode.ArchiveRefused, "a cabinet archive"),
        new([0x1F, 0x9D], RefusalCode.ArchiveRefused, "compress data"),
        new([.. "version https://git-lfs.github.com/spec/"u8], RefusalCode.FormatMismatch, "a Git LFS pointer instead of the file; run git lfs pull"),
        new([.. "!<arch>\n"u8], RefusalCode.ArchiveRefused, "an ar archive"),
        new([0xED, 0xAB, 0xEE, 0xDB], RefusalCode.ArchiveRefused, "an RPM package"),
        new([0x7F, (byte)'E', (byte)'L', (byte)'F'], RefusalCode.ExecutableRefused, "an ELF program or library"),
        new([0xFE, 0xED, 0xFA, 0xCE], RefusalCode.ExecutableRefused, "a Mach-O program"),
        new([0xFE, 0xED, 0xFA, 0xCF], RefusalCode.ExecutableRefused, "a Mach-O program"),
        new([0xCE, 0xFA, 0xED, 0xFE], RefusalCode.ExecutableRefused, "a Mach-O program"),
        new([0xCF, 0xFA, 0xED, 0xFE], RefusalCode.ExecutableRefused, "a Mach-O program"),
        new([0xCA, 0xFE, 0xBA, 0xBE], RefusalCode.ExecutableRefused, "a Java class or Mach-O universal program"),
        new([0, (byte)'a', (byte)'s', (byte)'m'], RefusalCode.ExecutableRefused, "a WebAssembly module"),
        new([(byte)'B', (byte)'C', 0xC0, 0xDE], RefusalCode.ExecutableRefused, "LLVM bitcode"),
        new([0x1B, (byte)'L', (byte)'u', (byte)'a'], RefusalCode.ExecutableRefused, "Lua bytecode"),
        new([.. "dex\n"u8], RefusalCode.ExecutableRefused, "an Android program", IsWord: true),
        new([.. "PARE"u8], RefusalCode.FormatUnknown, "an encrypted Parquet file", IsWord: true),
        new([0x89, (byte)'H', (byte)'D', (byte)'F'], RefusalCode.FormatUnknown, "HDF5"),
        new([.. "GIF8"u8], RefusalCode.FormatUnknown, "a GIF image", IsWord: true),
        new([.. "%PDF-"u8], RefusalCode.FormatUnknown, "a PDF document"),
        new([.. "SQLite format 3\0"u8], RefusalCode.FormatUnknown, "a SQLite database"),
    ];

    /// <summary>What the first block of a file shows it to be, or null.</summary>
    public static Finding? Recognise(ReadOnlySpan<byte> head)
    {
        foreach (var signature in Known)
        {
            if (head.StartsWith(signature.Bytes) && (!signature.IsWord || head.Contains((byte)0)))
            {
                return Findings.Refuse(signature.Code, 0, signature.What);
            }
        }

        return head switch
        {
            [(byte)'P', (byte)'K', 3, 4, ..] => Zip(head),
            [(byte)'P', (byte)'K', 5, 6, ..] or [(byte)'P', (byte)'K', 7, 8, ..] => Findings.Refuse(RefusalCode.ArchiveRefused, 0, "a zip archive"),
            [(byte)'B', (byte)'Z', (byte)'h', >= (byte)'1' and <= (byte)'9', 0x31, 0x41, 0x59, 0x26, ..] =>
                Findings.Refuse(RefusalCode.ArchiveRefused, 0, "bzip2 data"),
            [>= 0x50 and <= 0x5F, 0x2A, 0x4D, 0x18, ..] => Findings.Refuse(RefusalCode.ArchiveRefused, 0, "zstd data"),
            [(byte)'M', (byte)'Z', ..] when IsWindowsProgram(head) => Findings.Refuse(RefusalCode.ExecutableRefused, 0, "a Windows or DOS program"),
            [_, _, (byte)'\r', (byte)'\n', <= 3, 0, 0, 0, ..] => Findings.Refuse(RefusalCode.ExecutableRefused, 0, "compiled Python"),
            [0x80, <= 5, var opcode, ..] when PickleOpcodes.Exists(opcode) => Findings.Refuse(RefusalCode.PickleRefused, 0, "a Python pickle"),
            _ => null,
        };
    }

    /// <summary>torch.save writes a zip whose members are a pickle and the tensors it names.</summary>
    private static Finding Zip(ReadOnlySpan<byte> head) =>
        head.IndexOf("/data.pkl"u8) >= 0
            ? Findings.Refuse(RefusalCode.PickleRefused, 0, "a PyTorch checkpoint, which is a zip archive of a pickle and tensors")
            : Findings.Refuse(RefusalCode.ArchiveRefused, 0, "a zip archive");

    /// <summary>Text may begin with MZ; a program's header has NUL bytes or points at its PE header.</summary>
    private static bool IsWindowsProgram(ReadOnlySpan<byte> head)
    {
        const int PeOffsetAt = 0x3C;
        if (head[..Math.Min(head.Length, PeOffsetAt)].Contains((byte)0))
        {
            return true;
        }

        return head.Length >= PeOffsetAt + 4
            && BinaryPrimitives.ReadUInt32LittleEndian(head[PeOffsetAt..]) is var pe && pe <= (uint)head.Length
            && head[(int)pe..].StartsWith("PE\0\0"u8);
    }

    /// <param name="Bytes">What the file begins with.</param>
    /// <param name="Code">The refusal.</param>
    /// <param name="What">What it is.</param>
    /// <param name="IsWord">Prose may begin with it, so the file must be binary besides.</param>
    private sealed record Signature(byte[] Bytes, RefusalCode Code, string What, bool IsWord = false);
}
