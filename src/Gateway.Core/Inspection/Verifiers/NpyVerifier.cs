using System.Buffers.Binary;
using Gateway.Core.Inspection.Floats;

namespace Gateway.Core.Inspection.Verifiers;

/// <summary>One NumPy array, format 1.0, 2.0 or 3.0, with exactly the bytes that its shape and type ask for.</summary>
internal sealed class NpyVerifier(long fileBytes) : Verifier
{
    /// <summary>Every header ends at a multiple of this; NumPy writes 64 since 1.14 and wrote 16 before.</summary>
    private const int Alignment = 16;

    private readonly ZipTail tail = new(fileBytes);
    private NpyArray array;
    private int dataAt;

    /// <summary>What every npy file begins with.</summary>
    public static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    public override FileFormat Format => FileFormat.Npy;

    public override IEnumerable<Finding> Warnings => Floats.Seen() is { } nonFinite ? [nonFinite] : [];

    /// <summary>What its numbers are, where they are floating-point.</summary>
    public FloatScan Floats { get; } = new();

    public override IReadOnlyList<SummaryEntry> Summarise() => [new("dtype", array.Type), new("shape", array.Shape)];

    protected override void Read(ReadOnlySpan<byte> block)
    {
        if (Offset == 0)
        {
            // The whole header lies in the first block: its limit is far below a block.
            ReadHeader(block);
        }

        tail.Append(block, Offset);
        if (Refusal is null && array.Floats is { } layout)
        {
            var from = Offset == 0 ? dataAt : 0;
            Floats.Append(layout, block[from..], Offset + from, "");
        }
    }

    protected override void End()
    {
        if (Offset == 0)
        {
            Refuse(RefusalCode.FormatMalformed, 0, "it is empty");
        }

        Refuse(tail.Complete());
    }

    private void ReadHeader(ReadOnlySpan<byte> block)
    {
        if (!block.StartsWith(Magic))
        {
            Refuse(RefusalCode.FormatMismatch, 0, "it does not begin as npy does");
            return;
        }

        var wide = block.Length > 6 && block[6] > 1;
        var begin = wide ? 12 : 10;
        if (block.Length < begin)
        {
            Refuse(RefusalCode.FormatMalformed, block.Length, "it ends within the npy header");
            return;
        }

        if (block[6] is < 1 or > 3 || block[7] != 0)
        {
            Refuse(RefusalCode.FormatUnknown, 6, $"npy format {block[6]}.{block[7]}");
            return;
        }

        var length = wide ? BinaryPrimitives.ReadUInt32LittleEndian(block[8..]) : BinaryPrimitives.ReadUInt16LittleEndian(block[8..]);
        if (length > InspectionLimits.NpyHeaderBytes)
        {
            Refuse(RefusalCode.LimitExceeded, 8, $"an npy header of more than {Findings.Number(InspectionLimits.NpyHeaderBytes)} bytes");
            return;
        }

        dataAt = begin + (int)length;
        if (block.Length < dataAt || dataAt % Alignment != 0)
        {
            Refuse(RefusalCode.FormatMalformed, 8, "the npy header's length does not fit");
            return;
        }

        if (Refuse(NpyHeader.Read(block[begin..dataAt], begin, out array)))
        {
            return;
        }

        if (array.DataBytes != fileBytes - dataAt)
        {
            var asked = array.DataBytes > long.MaxValue ? "2^63 or more" : Findings.Number((long)array.DataBytes);
            Refuse(
                RefusalCode.FormatMalformed, dataAt, $"{Findings.Number(fileBytes - dataAt)} bytes follow the npy header; its shape and type ask for {asked}");
        }
    }
}
