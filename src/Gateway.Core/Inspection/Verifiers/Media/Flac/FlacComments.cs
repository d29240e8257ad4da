using System.Buffers.Binary;
using System.Text.Unicode;

namespace Gateway.Core.Inspection.Verifiers.Media.Flac;

/// <summary>A Vorbis comment (RFC 9639, 8.6): the encoder, then fields of a name and a value, with lengths in little-endian.</summary>
internal readonly record struct FlacComments(string Encoder, int EncoderBytes, int Fields)
{
    /// <summary>Longest name of an encoder that is not called metadata.</summary>
    public const int EncoderLimit = 80;

    /// <summary>Reads one; null where it is malformed, not UTF-8, or goes on behind its last field.</summary>
    public static FlacComments? Read(ReadOnlySpan<byte> data)
    {
        if (!Text(ref data, out var encoder) || data.Length < 4)
        {
            return null;
        }

        var fields = BinaryPrimitives.ReadUInt32LittleEndian(data);
        data = data[4..];
        for (var i = 0u; i < fields; i++)
        {
            if (!Text(ref data, out var field) || field.IndexOf((byte)'=') is not (> 0 and var equals)
                || field[..equals].ContainsAnyExceptInRange((byte)' ', (byte)'}'))
            {
                return null;
            }
        }

        return data.IsEmpty ? new FlacComments(Findings.Quote(encoder), encoder.Length, (int)fields) : null;
    }

    private static bool Text(ref ReadOnlySpan<byte> data, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (data.Length < 4 || BinaryPrimitives.ReadUInt32LittleEndian(data) is var length && length > data.Length - 4)
        {
            return false;
        }

        text = data.Slice(4, (int)length);
        data = data[(4 + (int)length)..];
        return Utf8.IsValid(text) && !text.Contains((byte)0);
    }
}
