using System.Buffers;
using Apache.Arrow.Memory;
using Gateway.Core.Inspection;

namespace Gateway.Inspector.Decoding;

/// <summary>Gives Arrow its memory, as managed arrays, which the heap's limit holds; what a batch takes in all is limited before it is taken.</summary>
internal sealed class BatchAllocator : MemoryAllocator
{
    private long taken;

    /// <summary>What comes now is of the next batch.</summary>
    public void BeginBatch() => taken = 0;

    protected override IMemoryOwner<byte> AllocateInternal(int length, out int bytesAllocated)
    {
        taken += length;
        if (taken > DecodingLimits.RecordBatchBytes)
        {
            throw new DecodingExcessException($"a record batch of more than {Findings.Number(DecodingLimits.RecordBatchBytes)} bytes when decompressed; write smaller batches");
        }

        bytesAllocated = length;
        return new Owner(new byte[length]);
    }

    private sealed class Owner(byte[] array) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory => array;

        public void Dispose()
        {
        }
    }
}
