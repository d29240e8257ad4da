using System.Text;
using System.Text.RegularExpressions;

namespace Gateway.Tests.Core.Inspection;

/// <summary>The plainest reading of GGUF there is, whole file in memory, for numbers and Q8_0 alone. It shares no code with the verifier.</summary>
internal static partial class GgufPlainCheck
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly Dictionary<uint, (long Elements, long Bytes)> Types = new()
    {
        [0] = (1, 4), [1] = (1, 2), [8] = (32, 34), [24] = (1, 1), [25] = (1, 2), [26] = (1, 4), [27] = (1, 8), [28] = (1, 8), [30] = (1, 2),
    };

    /// <summary>True where it reads to the last byte; what is not GGUF throws or is false.</summary>
    public static bool IsValid(byte[] content)
    {
        using var reader = new BinaryReader(new MemoryStream(content));
        if (Encoding.Latin1.GetString(reader.ReadBytes(4)) != "GGUF" || reader.ReadUInt32() != 3)
        {
            return false;
        }

        var tensors = checked((int)reader.ReadUInt64());
        var pairs = checked((int)reader.ReadUInt64());
        var values = new Dictionary<string, object>();
        for (var i = 0; i < pairs; i++)
        {
            var key = ReadString(reader);
            if (!Key().IsMatch(key))
            {
                return false;
            }

            values.Add(key, ReadValue(reader, reader.ReadUInt32(), mayNest: true));
        }

        var alignment = (long)(uint)values.GetValueOrDefault("general.alignment", 32u);
        var names = new HashSet<string>();
        var next = 0L;
        var gaps = new List<(long From, long To)>();
        for (var i = 0; i < tensors; i++)
        {
            var name = ReadString(reader);
            var shape = Enumerable.Range(0, checked((int)reader.ReadUInt32())).Select(_ => checked((long)reader.ReadUInt64())).ToArray();
            var (elements, bytes) = Types[reader.ReadUInt32()];
            var offset = checked((long)reader.ReadUInt64());
            if (!names.Add(name) || name.Any(c => c is < ' ' or '\x7F') || shape.Length is < 1 or > 4 || shape[0] % elements != 0 || shape.Contains(0) || offset != next)
            {
                return false;
            }

            var end = offset + (shape.Aggregate(1L, (a, b) => checked(a * b)) / elements * bytes);
            next = (end + alignment - 1) / alignment * alignment;
            gaps.Add((end, next));
        }

        var headerEnd = reader.BaseStream.Position;
        var data = (headerEnd + alignment - 1) / alignment * alignment;
        if (tensors == 0 && content.Length == headerEnd)
        {
            // Where there is nothing to align, one of the two writers does not pad.
            return (string)values["general.architecture"] != "";
        }

        return (string)values["general.architecture"] != "" && content.Length == data + next
            && content[(int)headerEnd..(int)data].All(b => b == 0)
            && gaps.All(g => content[(int)(data + g.From)..(int)(data + g.To)].All(b => b == 0));
    }

    private static object ReadValue(BinaryReader reader, uint type, bool mayNest) => type switch
    {
        0 => reader.ReadByte(),
        1 => reader.ReadSByte(),
        2 => reader.ReadUInt16(),
        3 => reader.ReadInt16(),
        4 => reader.ReadUInt32(),
        5 => reader.ReadInt32(),
        6 => reader.ReadSingle(),
        7 => reader.ReadByte() is <= 1 and var b ? b == 1 : throw new InvalidDataException(),
        8 => ReadString(reader),
        9 when mayNest => ReadArray(reader),
        10 => reader.ReadUInt64(),
        11 => reader.ReadInt64(),
        12 => reader.ReadDouble(),
        _ => throw new InvalidDataException(),
    };

    private static object[] ReadArray(BinaryReader reader)
    {
        var type = reader.ReadUInt32();
        var count = checked((int)reader.ReadUInt64());
        return count > reader.BaseStream.Length ? throw new InvalidDataException() : [.. Enumerable.Range(0, count).Select(_ => ReadValue(reader, type, mayNest: false))];
    }

    private static string ReadString(BinaryReader reader)
    {
        var length = checked((int)reader.ReadUInt64());
        var bytes = reader.ReadBytes(length);
        return bytes.Length == length && !bytes.Contains((byte)0) ? Strict.GetString(bytes) : throw new InvalidDataException();
    }

    [GeneratedRegex(@"^[a-z0-9_-]+(\.[a-z0-9_-]+)*\z")]
    private static partial Regex Key();
}
