namespace Gateway.Core.Wire;

/// <summary>What is missing of one transfer.</summary>
/// <param name="TransferId">32 lower-case hex digits.</param>
/// <param name="PayloadBytes">Bytes of the artifact's stream in one block, as the high side counts blocks.</param>
/// <param name="Blocks">Blocks of the whole stream: with the bytes of one, a check that both sides mean the same stream.</param>
/// <param name="Missing">The blocks; at least one.</param>
public sealed record RepairTransfer(string TransferId, int PayloadBytes, long Blocks, BlockRanges Missing);

/// <summary>What the high side of a lane asks to be sent again.</summary>
/// <param name="MissingSessions">Numbers of sessions of which no header arrived, ascending; at most <see cref="MaximumSessions"/>.</param>
/// <param name="Transfers">Transfers whose header arrived, by id.</param>
public sealed record RepairRequest(IReadOnlyList<ulong> MissingSessions, IReadOnlyList<RepairTransfer> Transfers)
{
    /// <summary>Most sessions in one request; as many as a lane lists.</summary>
    public const int MaximumSessions = SessionGaps.MaximumListed;

    /// <summary>Most ranges of one transfer that are worth collecting for a request: each takes two bytes of a code at least.</summary>
    public const int MaximumRanges = RepairCode.MaximumBytes / 2;

    /// <summary>True where nothing is missing.</summary>
    public bool IsEmpty => MissingSessions.Count == 0 && Transfers.Count == 0;

    /// <summary>Blocks named, of all transfers.</summary>
    public long Blocks => Transfers.Sum(t => t.Missing.Blocks);

    /// <summary>As much of it, from its beginning, as one code holds. What is left is asked for by the next one.</summary>
    public RepairRequest Fitting()
    {
        var parts = MissingSessions.Count + Transfers.Sum(t => Math.Min(t.Missing.Ranges.Count, MaximumRanges));
        var (fits, fails) = (0, parts + 1);
        while (fails - fits > 1)
        {
            var middle = (fits + fails) / 2;
            (fits, fails) = RepairCode.LengthOf(First(middle)) <= RepairCode.MaximumBytes ? (middle, fails) : (fits, middle);
        }

        return First(fits);
    }

    private RepairRequest First(int parts)
    {
        var sessions = MissingSessions.Take(parts).ToList();
        parts -= sessions.Count;
        var transfers = new List<RepairTransfer>();
        foreach (var transfer in Transfers.OrderBy(t => t.TransferId, StringComparer.Ordinal))
        {
            if (parts == 0)
            {
                break;
            }

            var ranges = transfer.Missing.Ranges.Take(Math.Min(parts, MaximumRanges)).ToList();
            parts -= ranges.Count;
            transfers.Add(transfer with { Missing = BlockRanges.Of(ranges) });
        }

        return new(sessions, transfers);
    }
}
