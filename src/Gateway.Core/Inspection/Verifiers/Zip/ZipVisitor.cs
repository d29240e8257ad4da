namespace Gateway.Core.Inspection.Verifiers.Zip;

/// <summary>Sees the members of an archive, one behind the other, as <see cref="ZipReader"/> reads them.</summary>
internal abstract class ZipVisitor
{
    /// <summary>A member begins whose header holds by itself; why it may not be there, or null.</summary>
    public abstract Finding? Begin(ZipEntry entry);

    /// <summary>Its next bytes, unpacked, in pieces of no particular size.</summary>
    public abstract Finding? Data(ReadOnlySpan<byte> data);

    /// <summary>It ended, with the size and CRC-32 that its header states.</summary>
    public abstract Finding? End(ZipEntry entry);
}
