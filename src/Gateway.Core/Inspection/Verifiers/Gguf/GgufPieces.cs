using System.Buffers.Binary;

namespace Gateway.Core.Inspection.Verifiers.Gguf;

/// <summary>Reads what the ends of blocks may cut: a piece is taken when all of it is there.</summary>
/// <param name="fileBytes">Size of the file, which nothing exceeds that it announces.</param>
internal abstract class GgufPieces(long fileBytes)
{
    /// <summary>Why it does not follow the format, or null so far.</summary>
    public Finding? Refusal { get; protected set; }

    /// <summary>Takes one piece from the front of bytes that lie at an offset, and gives its length: 0 where the bytes do not hold all of it.</summary>
    public abstract int Take(ReadOnlySpan<byte> bytes, long at);

    /// <summary>Eight bytes of length and as many of text; false where they are not all there, or refused.</summary>
    protected bool TryString(ReadOnlySpan<byte> bytes, long at, int limit, string what, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (bytes.Length < sizeof(ulong))
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (length > (ulong)limit)
        {
            Refuse(RefusalCode.LimitExceeded, at, $"{what} of more than {Findings.Number(limit)} bytes");
            return false;
        }

        if (!HasRoom(at + sizeof(ulong), length) || bytes.Length - sizeof(ulong) < (int)length)
        {
            return false;
        }

        value = bytes.Slice(sizeof(ulong), (int)length);
        return true;
    }

    protected bool HasRoom(long at, ulong length)
    {
        if (at <= fileBytes && length <= (ulong)(fileBytes - at))
        {
            return true;
        }

        Refuse(RefusalCode.FormatMalformed, at, "the GGUF header announces more bytes than the file has");
        return false;
    }

    protected int Refuse(RefusalCode code, long at, string message)
    {
        Refusal ??= Findings.Refuse(code, at, message);
        return 0;
    }
}
