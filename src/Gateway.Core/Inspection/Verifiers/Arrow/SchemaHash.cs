using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Gateway.Core.Inspection.Verifiers.Arrow;

/// <summary>Hashes what a schema says, each text behind its length, independently of how a FlatBuffer lays it out.</summary>
internal sealed class SchemaHash : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public void Add(long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        hash.AppendData(bytes);
    }

    public void Add(ReadOnlySpan<byte> text)
    {
        Add(text.Length);
        hash.AppendData(text);
    }

    public void Add(string text) => Add(System.Text.Encoding.UTF8.GetBytes(text));

    public Digest Complete() => Digest.FromHash(hash.GetHashAndReset());

    public void Dispose() => hash.Dispose();
}
