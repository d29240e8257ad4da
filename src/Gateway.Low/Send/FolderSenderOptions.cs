using Gateway.Core.Wire;

namespace Gateway.Low.Send;

/// <summary>How one folder lane is sent.</summary>
public sealed record FolderSenderOptions
{
    /// <summary>Bytes of a volume unless configured: FAT32, which most removable media come with, holds no file of 4 GiB.</summary>
    public const long DefaultVolumeBytes = 4_000_000_000;

    /// <summary>Fewest bytes of a volume: a few slabs, so that the headers weigh nothing.</summary>
    public const long MinimumVolumeBytes = 1 << 20;

    /// <summary>Most bytes of a volume: past any medium.</summary>
    public const long MaximumVolumeBytes = 1L << 44;

    /// <summary>Parity volumes of a set unless configured: one disc may be lost.</summary>
    public const int DefaultParityVolumes = 1;

    /// <summary>Most parity volumes of a set: each is written whole for every session.</summary>
    public const int MaximumParityVolumes = 32;

    /// <summary>Id of the lane; both sides use the same.</summary>
    public required string Lane { get; init; }

    /// <summary>Where finished volumes appear. Drafts lie in a directory of its own within it, which nothing that moves files should look into.</summary>
    public required string Directory { get; init; }

    /// <summary>Most bytes of a volume.</summary>
    public long VolumeBytes { get; init; } = DefaultVolumeBytes;

    /// <summary>Volumes of a set that may be missing or damaged.</summary>
    public int ParityVolumes { get; init; } = DefaultParityVolumes;

    /// <summary>
    /// True where blocks of weights that shrink are packed, always: what carries the volumes sets the pace, not what writes them. Asks for at least one parity volume: a slab may
    /// hold more symbols of one block than its parity mends where its neighbours shrank.
    /// </summary>
    public bool PacksWeights { get; init; }

    /// <summary>Bytes that stay free on the file system of <see cref="Directory"/>.</summary>
    public long ReserveBytes { get; init; }

    /// <summary>Key of the lane; null where its datagrams are not authenticated.</summary>
    public LaneKey? Key { get; init; }

    /// <summary>Number of the newest session of earlier runs.</summary>
    public ulong LastSession { get; init; }

    /// <summary>
    /// How streams are cut. Large symbols, because no network has to carry them: 29 datagrams fill a slab. Files lose slabs, which parity volumes mend; the four parity symbols of a
    /// block mend one lost slab in each group of eight blocks besides, so that a bad sector is survived even without parity volumes.
    /// </summary>
    public static FecGeometry Geometry { get; } = FecGeometry.Create(192, 4, 8960, 8).Succeeded(out var geometry, out var refusal)
        ? geometry
        : throw new InvalidOperationException(refusal.Sentence);
}
