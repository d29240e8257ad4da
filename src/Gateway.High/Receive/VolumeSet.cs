using Gateway.Core.Wire;

namespace Gateway.High.Receive;

/// <summary>A file that says it is a volume.</summary>
/// <param name="Path">Where it lies; its name means nothing.</param>
/// <param name="Volume">What it says.</param>
/// <param name="Bytes">Its length when it was last looked at.</param>
/// <param name="Changed">When it last looked different, on the receiver's clock.</param>
internal sealed record VolumeFile(string Path, Volume Volume, long Bytes, TimeSpan Changed)
{
    /// <summary>True where as many bytes are there as there should be.</summary>
    public bool IsWhole => Bytes >= Volume.FileBytes;
}

/// <summary>The files that say they are of one set.</summary>
/// <param name="Id">What they all say, with index 0.</param>
/// <param name="Files">The files, in the order of their indexes; several may claim one.</param>
internal sealed record VolumeSet(Volume Id, IReadOnlyList<VolumeFile> Files)
{
    /// <summary>When the newest change was.</summary>
    public TimeSpan Changed { get; } = Files.Max(f => f.Changed);

    /// <summary>True where enough volumes are there that all of the session can be read, if they are not damaged.</summary>
    public bool IsReadable { get; } = Files.Where(f => f.IsWhole).DistinctBy(f => f.Volume.Index).Count() >= Id.Geometry.DataVolumes;

    /// <summary>What of it has bytes; beyond, there is nothing to read, whatever its header says.</summary>
    public long Stripes { get; } = Math.Min(
        Id.Stripes, Math.Max(0, Files.Max(f => f.Bytes) - Volume.HeaderBytes) / (Id.Geometry.SlabBytes + VolumeSlab.SealBytes) + 1);
}
