using System.IO.Hashing;

namespace Gateway.Core.Inspection.Verifiers.Zip;

/// <summary>Reads the bytes of one member after another: unpacks them, hands them on, and compares size and CRC-32.</summary>
internal sealed class ZipMember(ZipVisitor visitor)
{
    private readonly Crc32 crc = new();
    private ZipInflater? inflater;
    private ZipEntry? entry;
    private long left;
    private long inflated;
    private long deflated;

    /// <summary>True where all of its packed bytes were read.</summary>
    public bool IsComplete => left == 0;

    /// <summary>Begins a member whose header holds; why it may not be read, or null.</summary>
    public Finding? Begin(ZipEntry next)
    {
        (entry, left) = (next, next.Packed);
        crc.Reset();
        if (next.Method == ZipMethod.Deflated)
        {
            inflated = next.Unpacked <= ZipLimits.InflatedBytes ? inflated + next.Unpacked : long.MaxValue;
            deflated += next.Packed;
            if (inflated > ZipLimits.InflatedBytes || (inflated > ZipLimits.UnratedBytes && (inflated - ZipLimits.UnratedBytes) / ZipLimits.Ratio > deflated))
            {
                return Fault(
                    RefusalCode.LimitExceeded,
                    $"members that inflate to more than {Findings.Number(ZipLimits.InflatedBytes)} bytes, or {ZipLimits.Ratio} for each of theirs; store them");
            }

            inflater ??= new ZipInflater();
            inflater.Begin(next.Unpacked);
        }

        return visitor.Begin(next);
    }

    /// <summary>Takes its next packed bytes from the front of a block, and gives how many these were.</summary>
    public int Append(ReadOnlySpan<byte> block, out Finding? fault)
    {
        var taken = (int)Math.Min(left, block.Length);
        left -= taken;
        fault = entry!.Method == ZipMethod.Stored ? Data(block[..taken]) : Inflate(block[..taken]);
        return taken;
    }

    /// <summary>All of it was read.</summary>
    public Finding? End() =>
        entry!.Method == ZipMethod.Deflated && inflater!.End() is { } fault ? Malformed(fault)
        : crc.GetCurrentHashAsUInt32() != entry.Crc ? Malformed("its CRC-32 is another")
        : visitor.End(entry);

    private Finding? Inflate(ReadOnlySpan<byte> packed)
    {
        if (inflater!.Append(packed) is { } fault)
        {
            return Malformed(fault);
        }

        while (true)
        {
            if (inflater.Next(out var unpacked) is { } difference)
            {
                return Malformed(difference);
            }

            if (unpacked.IsEmpty)
            {
                return null;
            }

            if (Data(unpacked) is { } refusal)
            {
                return refusal;
            }
        }
    }

    private Finding? Data(ReadOnlySpan<byte> data)
    {
        crc.Append(data);
        return visitor.Data(data);
    }

    private Finding Malformed(string message) => Fault(RefusalCode.FormatMalformed, message);

    private Finding Fault(RefusalCode code, string message) => Findings.Refuse(code, entry!.Offset, $"{Findings.Quote(entry.NameBytes)}: {message}");
}
