namespace Gateway.Core.Wire;

/// <summary>
/// The numbers of a lane's datagrams. With its key they make nonces, so none is ever given twice: the epoch is new at each start of the sender, and whoever makes one of
/// these has written that down durably before.
/// </summary>
/// <param name="epoch">Which start of the sender this is, from 1.</param>
public sealed class LaneSequence(uint epoch)
{
    private ulong given;

    /// <summary>Which start of the sender this is.</summary>
    public uint Epoch { get; } = epoch;

    /// <summary>The first of <paramref name="count"/> numbers in a row that are the caller's alone. From any thread.</summary>
    public ulong Take(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return Interlocked.Add(ref given, (ulong)count) - (ulong)count;
    }
}
