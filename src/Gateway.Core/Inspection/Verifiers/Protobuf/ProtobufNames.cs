using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Gateway.Core.Inspection.Verifiers.Protobuf;

/// <summary>
/// Names that must differ, each within its scope, as 128 bits of SHA-256. Equal names have equal hashes, so no duplicate is missed.
/// </summary>
internal sealed class ProtobufNames : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly HashSet<UInt128> names = [];

    /// <summary>Refuses a name that its scope has already.</summary>
    /// <param name="scope">Number of the message in which names of this sort must differ.</param>
    /// <param name="sort">The sort, e.g. the name of the field.</param>
    /// <param name="name">The name.</param>
    public ProtobufFault? Add(long scope, string sort, ReadOnlySpan<byte> name)
    {
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, scope);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[sizeof(long)..], sort.Length);
        hash.AppendData(bytes[..(sizeof(long) + sizeof(int))]);
        hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(sort.AsSpan()));
        hash.AppendData(name);
        hash.GetHashAndReset(bytes);
        if (!names.Add(BinaryPrimitives.ReadUInt128BigEndian(bytes)))
        {
            return ProtobufFault.Malformed($"the name {Findings.Quote(name)} twice as {sort}");
        }

        return names.Count > ProtobufLimits.Names
            ? ProtobufFault.TooMuch($"more than {Findings.Number(ProtobufLimits.Names)} names")
            : null;
    }

    public void Dispose() => hash.Dispose();
}
