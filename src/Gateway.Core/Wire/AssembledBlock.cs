using System.Runtime.InteropServices;

namespace Gateway.Core.Wire;

/// <summary>A block whose seal was right. Give its memory back with <see cref="Release"/>, once.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly struct AssembledBlock
{
    private readonly BlockBuffer buffer;

    internal AssembledBlock(long number, BlockBuffer buffer, int payloadBytes, int parityNeeded) =>
        (Number, this.buffer, Payload, ParityNeeded) = (number, buffer, buffer.Bytes.AsMemory(0, payloadBytes), parityNeeded);

    /// <summary>Number in the stream.</summary>
    public long Number { get; }

    /// <summary>Its bytes of the stream; valid until <see cref="Release"/>.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>Symbols of parity that stood in for data.</summary>
    public int ParityNeeded { get; }

    /// <summary>Gives the memory back. From any thread.</summary>
    public void Release() => buffer.Memory.Return(buffer);
}
