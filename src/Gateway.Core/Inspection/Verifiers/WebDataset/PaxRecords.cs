using System.Buffers.Text;
using System.Text;

namespace Gateway.Core.Inspection.Verifiers.WebDataset;

/// <summary>
/// The records of a pax header: <c>length keyword=value\n</c> without gap (IEEE 1003.1, pax, "pax Header Block"). Times and owners are read and left; a path may
/// only say what the header that follows has no room for, a size only what it says too. Everything else could change what a member is.
/// </summary>
/// <param name="Path">The member's name; null where the header has it.</param>
/// <param name="Size">The member's size; null where the header has it.</param>
internal sealed record PaxRecords(byte[]? Path, long? Size)
{
    /// <summary>Bytes of the name that a header holds; writers cut it there, or a few bytes before in the middle of a character.</summary>
    private const int HeaderNameBytes = 100;

    private const int LongestCharacter = 4;

    private static readonly string[] Times = ["mtime", "atime", "ctime"];
    private static readonly string[] Keywords = ["path", "size", .. Times, "uid", "gid", "uname", "gname"];

    /// <summary>Reads the content of a pax header that begins at an offset of the file.</summary>
    public static Finding? Read(ReadOnlySpan<byte> content, long offset, out PaxRecords records)
    {
        records = new PaxRecords(null, null);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var rest = content;
        while (!rest.IsEmpty)
        {
            var at = offset + content.Length - rest.Length;
            if (!TryRecord(rest, out var length, out var key, out var value))
            {
                return Malformed(at, "a pax record that is not written as one");
            }

            var keyword = Encoding.UTF8.GetString(key);
            if (!Keywords.Contains(keyword))
            {
                return Findings.Refuse(RefusalCode.FormatUnknown, at, $"a pax record of {Findings.Quote(keyword)}; only names, sizes, times and owners may cross");
            }

            if (!seen.Add(keyword))
            {
                return Malformed(at, $"two pax records of {keyword}");
            }

            if (!IsValue(keyword, value))
            {
                return Malformed(at, $"a pax record of {keyword} with another value than writers write");
            }

            records = keyword switch
            {
                "path" => records with { Path = value.ToArray() },
                "size" when Utf8Parser.TryParse(value, out long size, out _) => records with { Size = size },
                _ => records,
            };
            rest = rest[length..];
        }

        return seen.Count == 0 ? Malformed(offset, "a pax header without records") : null;
    }

    /// <summary>The header that the records belong to, with the name that they give it.</summary>
    public Finding? Apply(ref UstarHeader header, long offset)
    {
        if (Size is { } size && size != header.Size)
        {
            return Malformed(offset + 124, "a pax size that is not the header's; members of 8 GiB and more do not cross");
        }

        if (Path is { } path)
        {
            if (!Agrees(header.Name, path) && !Agrees(header.Name, Replaced(path)))
            {
                return Malformed(offset, $"a pax path that is not the header's: {Findings.Quote(path)} and {Findings.Quote(header.Name)}");
            }

            header = header with { Name = path };
        }

        return null;
    }

    private static bool Agrees(byte[] name, byte[] path) =>
        name.AsSpan().SequenceEqual(path)
        || (path.Length > HeaderNameBytes && name.Length is > HeaderNameBytes - LongestCharacter and <= HeaderNameBytes && path.AsSpan().StartsWith(name));

    /// <summary>As CPython's tarfile writes a name where only ASCII has room: a question mark for each other character.</summary>
    private static byte[] Replaced(byte[] utf8) =>
        [.. utf8.Where(b => (b & 0xC0) != 0x80).Select(b => b < 0x80 ? b : (byte)'?')];

    private static bool TryRecord(ReadOnlySpan<byte> rest, out int length, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        key = value = default;
        if (!Utf8Parser.TryParse(rest, out length, out var digits) || rest[0] is < (byte)'1' or > (byte)'9'
            || length > rest.Length || length < digits + 2 || rest[digits] != ' ' || rest[length - 1] != '\n')
        {
            return false;
        }

        var record = rest[(digits + 1)..(length - 1)];
        var equals = record.IndexOf((byte)'=');
        key = equals < 0 ? default : record[..equals];
        value = equals < 0 ? default : record[(equals + 1)..];
        return equals > 0;
    }

    private static bool IsValue(string keyword, ReadOnlySpan<byte> value) => keyword switch
    {
        "path" => value.Length > 0,
        "size" or "uid" or "gid" => IsDigits(value, 18),
        "uname" or "gname" => value.Length is > 0 and <= WebDatasetLimits.OwnerBytes && UstarHeader.IsPlain(value),
        _ => IsTime(value),
    };

    /// <summary>Seconds since 1970, with a fraction where a writer has one.</summary>
    private static bool IsTime(ReadOnlySpan<byte> value)
    {
        value = value is [(byte)'-', ..] ? value[1..] : value;
        return value.IndexOf((byte)'.') is >= 0 and var point ? IsDigits(value[..point], 18) && IsDigits(value[(point + 1)..], 20) : IsDigits(value, 18);
    }

    private static bool IsDigits(ReadOnlySpan<byte> value, int most) =>
        value.Length > 0 && value.Length <= most && !value.ContainsAnyExceptInRange((byte)'0', (byte)'9');

    private static Finding Malformed(long offset, string message) => Findings.Refuse(RefusalCode.FormatMalformed, offset, message);
}
