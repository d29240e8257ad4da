using System.Security.Cryptography;

namespace Gateway.Core.Inspection;

/// <summary>
/// 128 bits that stand for a tensor's name: the beginning of its SHA-256. Names of a whole checkpoint would be tens of megabytes; a
/// faster hash would let a hostile index claim a tensor under a colliding name.
/// </summary>
internal static class TensorTag
{
    public static UInt128 Of(ReadOnlySpan<byte> utf8Name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(utf8Name, hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
