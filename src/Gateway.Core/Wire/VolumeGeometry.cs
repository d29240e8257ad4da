using System.Globalization;
using System.Runtime.InteropServices;

namespace Gateway.Core.Wire;

/// <summary>How the volumes of a set are cut. A stripe, one slab of each volume, is what sender and receiver hold in memory.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct VolumeGeometry
{
    /// <summary>Bytes of a slab unless stated: long reads and writes, and a bad sector costs no more than this of its medium.</summary>
    public const int DefaultSlabBytes = 256 << 10;

    /// <summary>Fewest bytes of a slab: the smallest that holds the largest datagram, rounded up.</summary>
    public const int MinimumSlabBytes = 64 << 10;

    /// <summary>Most bytes of a stripe: the largest that the default slab makes with 255 volumes.</summary>
    public const int MaximumStripeBytes = 64 << 20;

    /// <summary>Most volumes of a set; see <see cref="FecGeometry.MaximumSymbols"/>.</summary>
    public const int MaximumVolumes = FecGeometry.MaximumSymbols;

    private VolumeGeometry(int dataVolumes, int parityVolumes, int slabBytes) => (DataVolumes, ParityVolumes, SlabBytes) = (dataVolumes, parityVolumes, slabBytes);

    /// <summary>k: volumes that hold the session, at least 1.</summary>
    public int DataVolumes { get; }

    /// <summary>m: volumes that may be missing.</summary>
    public int ParityVolumes { get; }

    /// <summary>S: bytes of a slab's content.</summary>
    public int SlabBytes { get; }

    /// <summary>k + m.</summary>
    public int Volumes => DataVolumes + ParityVolumes;

    /// <summary>Bytes of a stripe's contents.</summary>
    public int StripeBytes => Volumes * SlabBytes;

    /// <summary>Checks the numbers. Refuses with <see cref="RefusalCode.HeaderInvalid"/> and the one that is wrong.</summary>
    public static Outcome<VolumeGeometry> Create(int dataVolumes, int parityVolumes, int slabBytes) =>
        dataVolumes is < 1 or > MaximumVolumes ? Invalid("data volumes")
        : parityVolumes < 0 || parityVolumes > MaximumVolumes - dataVolumes ? Invalid("parity volumes")
        : slabBytes < MinimumSlabBytes || slabBytes % FecGeometry.MinimumSymbolBytes != 0 || (long)(dataVolumes + parityVolumes) * slabBytes > MaximumStripeBytes
            ? Invalid("slab bytes")
        : new VolumeGeometry(dataVolumes, parityVolumes, slabBytes);

    /// <summary>
    /// Cuts a session: as few data volumes as keep each within its most bytes. Refuses with <see cref="RefusalCode.TooLarge"/> what would need more volumes than a set has.
    /// </summary>
    /// <param name="slabs">Slabs that the session needs, at least 1.</param>
    /// <param name="volumeBytes">Most bytes of a volume.</param>
    /// <param name="parityVolumes">m.</param>
    public static Outcome<VolumeGeometry> For(long slabs, long volumeBytes, int parityVolumes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(slabs);
        var slabsInVolume = (volumeBytes - 2 * Volume.HeaderBytes) / (DefaultSlabBytes + VolumeSlab.SealBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(slabsInVolume, nameof(volumeBytes));
        var dataVolumes = (slabs - 1) / slabsInVolume + 1;
        return dataVolumes > MaximumVolumes - parityVolumes
            ? new Refusal(
                RefusalCode.TooLarge,
                string.Create(CultureInfo.InvariantCulture, $"{dataVolumes} volumes of {volumeBytes} bytes, at most {MaximumVolumes - parityVolumes}; raise volumeBytes of the lane"))
            : new VolumeGeometry((int)dataVolumes, parityVolumes, DefaultSlabBytes);
    }

    /// <summary>Bytes of a volume's file.</summary>
    public long FileBytes(long stripes) => 2L * Volume.HeaderBytes + stripes * (SlabBytes + VolumeSlab.SealBytes);

    private static Refusal Invalid(string what) => new(RefusalCode.HeaderInvalid, what);
}
