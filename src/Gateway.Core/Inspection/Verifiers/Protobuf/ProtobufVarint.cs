namespace Gateway.Core.Inspection.Verifiers.Protobuf;

/// <summary>A varint that comes byte by byte: at most 64 bits, in its shortest form, because readers differ on others.</summary>
internal struct ProtobufVarint
{
    private const int MaximumBytes = 10;
    private ulong value;
    private int bytes;

    /// <summary>True between varints.</summary>
    public readonly bool IsEmpty => bytes == 0;

    /// <summary>True once the last byte was taken; the next one then begins anew.</summary>
    public bool Take(byte b, out ulong whole, out bool isCanonical)
    {
        isCanonical = !(bytes == MaximumBytes - 1 && b > 1) && !(bytes > 0 && b == 0);
        value |= (ulong)(b & 0x7F) << (7 * bytes);
        bytes++;
        whole = value;
        if ((b & 0x80) != 0 && isCanonical)
        {
            return false;
        }

        this = default;
        return true;
    }
}
