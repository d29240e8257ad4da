namespace Gateway.Core.Wire;

/// <summary>One stripe of a set in memory: the contents of slab r of every volume, one behind the other. Reused from stripe to stripe.</summary>
public sealed class VolumeStripe
{
    private readonly VolumeGeometry geometry;
    private readonly byte[] bytes;
    private readonly bool[] present;

    /// <param name="geometry">Of the set; the stripe takes <see cref="VolumeGeometry.StripeBytes"/>.</param>
    public VolumeStripe(VolumeGeometry geometry)
    {
        this.geometry = geometry;
        bytes = new byte[geometry.StripeBytes];
        present = new bool[geometry.Volumes];
    }

    /// <summary>The content of a volume's slab.</summary>
    public Memory<byte> Content(int volume) => bytes.AsMemory(volume * geometry.SlabBytes, geometry.SlabBytes);

    /// <summary>True where the content is there.</summary>
    public bool Has(int volume) => present[volume];

    /// <summary>Says that the content is there.</summary>
    public void Mark(int volume) => present[volume] = true;

    /// <summary>Forgets what is there.</summary>
    public void Clear() => present.AsSpan().Clear();

    /// <summary>Computes the parity contents from the data contents.</summary>
    public void Encode()
    {
        if (geometry.ParityVolumes > 0)
        {
            ReedSolomon.Encode(bytes, geometry.DataVolumes, geometry.ParityVolumes, geometry.SlabBytes);
        }
    }

    /// <summary>Computes the data contents that are not there; false where too few are, and then nothing changes.</summary>
    public bool TryRecover()
    {
        var lacking = present.AsSpan(0, geometry.DataVolumes).Count(false);
        if (lacking == 0)
        {
            return true;
        }

        if (present.AsSpan(geometry.DataVolumes).Count(true) < lacking)
        {
            return false;
        }

        var symbols = default(SymbolSet);
        for (var volume = 0; volume < present.Length; volume++)
        {
            if (present[volume])
            {
                symbols.Add(volume);
            }
        }

        var recovered = ReedSolomon.TryRecover(bytes, geometry.DataVolumes, geometry.ParityVolumes, geometry.SlabBytes, symbols);
        present.AsSpan(0, geometry.DataVolumes).Fill(recovered);
        return recovered;
    }
}
