using Gateway.Core.Wire;
using Gateway.Storage;
using Microsoft.Win32.SafeHandles;

namespace Gateway.High.Receive;

/// <summary>Reads a set stripe by stripe, with what parity can mend. A slab that cannot be read, or whose seal is wrong, is lost; no volume is given up for it. One thread.</summary>
internal sealed class VolumeSetReader : IDisposable
{
    /// <summary>Files that are tried for one index: a copy beside a damaged one helps, a thousand of them only cost.</summary>
    private const int MaximumCopies = 4;

    private readonly VolumeGeometry geometry;
    private readonly List<(Volume Volume, SafeFileHandle File)>[] volumes;
    private readonly VolumeStripe stripe;
    private readonly byte[] seal = new byte[VolumeSlab.SealBytes];

    /// <param name="set">The set; its files are opened.</param>
    public VolumeSetReader(VolumeSet set)
    {
        geometry = set.Id.Geometry;
        stripe = new(geometry);
        volumes = new List<(Volume, SafeFileHandle)>[geometry.Volumes];
        for (var index = 0; index < volumes.Length; index++)
        {
            volumes[index] = [];
        }

        foreach (var file in set.Files)
        {
            if (volumes[file.Volume.Index].Count < MaximumCopies && RegularFile.TryOpen(file.Path) is { } opened)
            {
                volumes[file.Volume.Index].Add((file.Volume, opened));
            }
        }
    }

    /// <summary>Slabs that parity gave back.</summary>
    public long Recovered { get; private set; }

    /// <summary>Slabs that are lost.</summary>
    public long Lost { get; private set; }

    /// <summary>Reads a stripe: how many of its data slabs are there.</summary>
    public int Read(long number)
    {
        stripe.Clear();
        var there = ReadSlabs(number, 0, geometry.DataVolumes);
        if (there == geometry.DataVolumes)
        {
            return there;
        }

        ReadSlabs(number, geometry.DataVolumes, geometry.Volumes);
        if (stripe.TryRecover())
        {
            Recovered += geometry.DataVolumes - there;
            return geometry.DataVolumes;
        }

        Lost += geometry.DataVolumes - there;
        return there;
    }

    /// <summary>The content of a data slab of the stripe that was read; empty where it is lost.</summary>
    public ReadOnlyMemory<byte> Content(int volume) => stripe.Has(volume) ? stripe.Content(volume) : ReadOnlyMemory<byte>.Empty;

    public void Dispose()
    {
        foreach (var copies in volumes)
        {
            copies.ForEach(copy => copy.File.Dispose());
        }
    }

    private int ReadSlabs(long number, int first, int end)
    {
        var there = 0;
        for (var index = first; index < end; index++)
        {
            foreach (var (volume, file) in volumes[index])
            {
                if (TryRead(volume, file, number))
                {
                    stripe.Mark(index);
                    there++;
                    break;
                }
            }
        }

        return there;
    }

    private bool TryRead(in Volume volume, SafeFileHandle file, long number)
    {
        var content = stripe.Content(volume.Index).Span;
        try
        {
            return TryFill(file, content, volume.OffsetOf(number))
                && TryFill(file, seal, volume.OffsetOf(number) + content.Length)
                && VolumeSlab.IsWhole(volume, number, content, seal);
        }
        catch (IOException)
        {
            // A bad sector, or a medium that was taken out.
            return false;
        }
    }

    private static bool TryFill(SafeFileHandle file, Span<byte> into, long offset)
    {
        while (into.Length > 0)
        {
            var read = RandomAccess.Read(file, into, offset);
            if (read == 0)
            {
                return false;
            }

            into = into[read..];
            offset += read;
        }

        return true;
    }
}
