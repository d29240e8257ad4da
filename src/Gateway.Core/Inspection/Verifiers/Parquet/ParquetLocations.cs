using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Gateway.Core.Inspection.Verifiers.Parquet;

/// <summary>Counts and digests where data pages lie, so that an index can be compared with pages long gone by.</summary>
internal sealed class ParquetLocations : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long pages;

    public void Add(long offset, long bytes, long row)
    {
        Span<byte> location = stackalloc byte[24];
        BinaryPrimitives.WriteInt64LittleEndian(location, offset);
        BinaryPrimitives.WriteInt64LittleEndian(location[8..], bytes);
        BinaryPrimitives.WriteInt64LittleEndian(location[16..], row);
        hash.AppendData(location);
        pages++;
    }

    public (long Pages, Digest Locations) Complete() => (pages, Digest.FromHash(hash.GetHashAndReset()));

    public void Dispose() => hash.Dispose();
}
