namespace Gateway.Core.Wire;

/// <summary>The geometries that survive a random loss, by the share of an outage that a block has to bear.</summary>
/// <param name="randomLoss">Probability that a datagram is lost.</param>
/// <param name="superPacket">Datagrams in a super-packet.</param>
/// <param name="symbolBytes">Bytes of a symbol.</param>
internal sealed class GeometrySearch(double randomLoss, int superPacket, int symbolBytes)
{
    /// <summary>The geometry for an outage of that many datagrams in a row; null where there is none.</summary>
    public FecGeometry? Best(long burstDatagrams)
    {
        var candidates = new List<FecGeometry>();
        foreach (var interleave in Interleaves())
        {
            AddCandidates(candidates, LossTarget.Share(burstDatagrams, interleave), interleave);
        }

        if (candidates.Count == 0)
        {
            return null;
        }

        var bar = candidates.Max(Efficiency) * (1 - LossTarget.Tolerance);
        return candidates.Where(c => Efficiency(c) >= bar)
            .OrderBy(c => c.Interleave).ThenBy(c => c.ParitySymbols).ThenByDescending(c => c.DataSymbols)
            .First();
    }

    private static double Efficiency(FecGeometry geometry) => (double)geometry.DataSymbols / (geometry.DataSymbols + geometry.ParitySymbols);

    // Multiples of a super-packet; where blocks are so large that not even small ones go into one super-packet's width, what fits.
    private IEnumerable<int> Interleaves()
    {
        var most = Math.Min(FecGeometry.MaximumInterleave, FecGeometry.MaximumGroupBytes / (2 * symbolBytes));
        return most < superPacket ? [most] : Enumerable.Range(1, most / superPacket).Select(i => i * superPacket);
    }

    // From half of a block on, parity costs as much as sending everything twice.
    private void AddCandidates(List<FecGeometry> candidates, int share, int interleave)
    {
        var paritySymbols = 1;
        for (var dataSymbols = 1; dataSymbols < FecGeometry.MaximumSymbols; dataSymbols++)
        {
            paritySymbols = BlockParity.Least(dataSymbols, share, randomLoss, atLeast: paritySymbols);
            if (paritySymbols <= dataSymbols
                && FecGeometry.Create(dataSymbols, paritySymbols, symbolBytes, interleave).Succeeded(out var geometry, out _))
            {
                candidates.Add(geometry);
            }
        }
    }
}
