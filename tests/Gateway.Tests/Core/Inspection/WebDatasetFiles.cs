using System.Formats.Tar;
using System.Text;

namespace Gateway.Tests.Core.Inspection;

/// <summary>Tars as System.Formats.Tar writes and reads them, and headers by hand.</summary>
internal static class WebDatasetFiles
{
    public static byte[] Of(TarEntryFormat format, params IEnumerable<(string Name, byte[] Content)> members)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, format, leaveOpen: true))
        {
            foreach (var (name, content) in members)
            {
                var entry = Entry(format, name);
                entry.ModificationTime = DateTimeOffset.UnixEpoch.AddSeconds(1_700_000_000.25);
                entry.DataStream = new MemoryStream(content);
                writer.WriteEntry(entry);
            }
        }

        return tar.ToArray();
    }

    /// <summary>Names and contents, by a reader that shares no code with the verifier.</summary>
    public static List<(string Name, byte[] Content)> Read(byte[] tar)
    {
        var members = new List<(string, byte[])>();
        using var reader = new TarReader(new MemoryStream(tar));
        while (reader.GetNextEntry(copyData: true) is { } entry)
        {
            using var content = new MemoryStream();
            entry.DataStream?.CopyTo(content);
            members.Add((entry.Name, content.ToArray()));
        }

        return members;
    }

    /// <summary>Writes the header of a file into a block.</summary>
    public static void Header(Span<byte> block, string name, long size)
    {
        block[..512].Clear();
        Encoding.ASCII.GetBytes(name, block);
        "0000444\0"u8.CopyTo(block[100..]);
        Encoding.ASCII.GetBytes(Convert.ToString(size, 8).PadLeft(11, '0'), block[124..]);
        "        0"u8.CopyTo(block[148..]);
        "ustar\000"u8.CopyTo(block[257..]);
        var sum = 0;
        foreach (var b in block[..512])
        {
            sum += b;
        }

        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ", block[148..]);
    }

    private static TarEntry Entry(TarEntryFormat format, string name) => format switch
    {
        TarEntryFormat.V7 => new V7TarEntry(TarEntryType.V7RegularFile, name),
        TarEntryFormat.Ustar => new UstarTarEntry(TarEntryType.RegularFile, name),
        TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, name),
        _ => new PaxTarEntry(TarEntryType.RegularFile, name),
    };
}
