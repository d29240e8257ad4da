namespace Gateway.Core.Wire;

/// <summary>Packs blocks of weights on their way into a group: a block that shrinks crosses in fewer symbols, and needs fewer of parity. Holds two blocks. Not thread-safe.</summary>
/// <param name="geometry">How streams are cut.</param>
/// <param name="parity">How much parity a shortened block needs.</param>
public sealed class BlockPacker(FecGeometry geometry, BlockParity parity)
{
    private readonly byte[] payload = GC.AllocateUninitializedArray<byte>(geometry.PayloadBytes);
    private readonly byte[] packed = GC.AllocateUninitializedArray<byte>(geometry.PayloadBytes);
    private long payloadBytes;
    private long contentBytes;

    /// <summary>Bytes of the stream in all blocks that went through it. From any thread.</summary>
    public long PayloadBytes => Interlocked.Read(ref payloadBytes);

    /// <summary>Bytes that crossed for them, packed or not. From any thread.</summary>
    public long ContentBytes => Interlocked.Read(ref contentBytes);

    internal Memory<byte> Payload(int bytes) => payload.AsMemory(0, bytes);

    internal int ParityFor(int dataSymbols) => parity.For(dataSymbols);

    /// <summary>What is to cross of the payload: packed, where that takes fewer symbols.</summary>
    internal ReadOnlySpan<byte> Pack(int bytes, out bool isPacked)
    {
        isPacked = WeightPlanes.TryPack(payload.AsSpan(0, bytes), packed, out var written)
            && geometry.DataSymbolsOfPacked(written) < geometry.DataSymbolsOfPacked(bytes);
        var content = isPacked ? packed.AsSpan(0, written) : payload.AsSpan(0, bytes);
        Interlocked.Add(ref payloadBytes, bytes);
        Interlocked.Add(ref contentBytes, content.Length);
        return content;
    }
}
