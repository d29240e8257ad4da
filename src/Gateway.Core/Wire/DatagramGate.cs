using System.Security.Cryptography;

namespace Gateway.Core.Wire;

/// <summary>Why a datagram was turned away.</summary>
public enum DatagramFault
{
    /// <summary>It was not.</summary>
    None,

    /// <summary>No datagram of a version known here, or with a field out of range, or of another length than it says.</summary>
    Malformed,

    /// <summary>Of another lane, or under a key that this lane does not have, or without one where it has.</summary>
    Foreign,

    /// <summary>Its tag is wrong.</summary>
    Forged,

    /// <summary>Seen before, or too old to tell.</summary>
    Replayed,
}

/// <summary>The newest epoch that a key vouched for.</summary>
/// <param name="KeyId">The key on this lane.</param>
/// <param name="Epoch">The epoch.</param>
public readonly record struct LaneEpoch(uint KeyId, uint Epoch);

/// <summary>
/// What every datagram passes before anything in it is believed: the cheap checks, then the tag, and only then does it change anything. A turned-away datagram costs a
/// parse, and one that looks right a tag besides; neither throws. On a lane without a key it turns away what is malformed or foreign, and sequences only count losses.
/// One thread at a time.
/// </summary>
public sealed class DatagramGate : IDisposable
{
    /// <summary>Most keys of a lane: the present one, the next, and as many again for a rotation that went wrong.</summary>
    public const int MaximumKeys = 4;

    private readonly uint laneTag;
    private readonly Gatekeeper[] keepers;
    private readonly LossCount open = new();

    /// <param name="lane">Id of the lane.</param>
    /// <param name="keys">Keys whose datagrams are taken; none where the lane is not authenticated.</param>
    /// <param name="newest">Newest epochs of earlier runs: an older one is a replay. Those of keys that are not given are ignored.</param>
    public DatagramGate(string lane, IReadOnlyList<LaneKey> keys, IEnumerable<LaneEpoch> newest)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keys.Count, MaximumKeys);
        laneTag = Datagram.TagOf(lane);
        var epochs = newest.ToDictionary(e => e.KeyId, e => e.Epoch);
        keepers = [.. keys.Select(key => new Gatekeeper(lane, key, epochs.GetValueOrDefault(key.IdFor(lane))))];
    }

    /// <summary>The newest epoch of each key, from 1; 0 where a key was never used. From any thread.</summary>
    public IReadOnlyList<LaneEpoch> Newest => [.. keepers.Select(k => new LaneEpoch(k.KeyId, k.Epoch))];

    /// <summary>Datagrams of the newest epochs that did not come, as far as later ones tell; some may still be on their way. From any thread.</summary>
    public long Missing => keepers.Length == 0 ? open.Missing : keepers.Sum(k => k.Missing);

    /// <summary>Checks one datagram.</summary>
    /// <param name="bytes">All of it.</param>
    /// <param name="datagram">Its header.</param>
    /// <param name="symbol">Its symbol; empty where it has none.</param>
    public DatagramFault Take(ReadOnlySpan<byte> bytes, out Datagram datagram, out ReadOnlySpan<byte> symbol)
    {
        symbol = [];
        if (!Datagram.TryRead(bytes, out datagram))
        {
            return DatagramFault.Malformed;
        }

        if (datagram.LaneTag != laneTag)
        {
            return DatagramFault.Foreign;
        }

        var fault = keepers.Length == 0 ? Count(datagram) : Admit(bytes, datagram);
        if (fault == DatagramFault.None)
        {
            symbol = datagram.SymbolOf(bytes);
        }

        return fault;
    }

    public void Dispose()
    {
        foreach (var keeper in keepers)
        {
            keeper.Dispose();
        }
    }

    private DatagramFault Count(in Datagram datagram)
    {
        if (datagram.KeyId != 0)
        {
            return DatagramFault.Foreign;
        }

        if (!datagram.IsFormer)
        {
            open.Add(datagram.Epoch, datagram.Counter);
        }

        return DatagramFault.None;
    }

    private DatagramFault Admit(ReadOnlySpan<byte> bytes, in Datagram datagram)
    {
        foreach (var keeper in keepers)
        {
            if (keeper.KeyId == datagram.KeyId)
            {
                return keeper.Admit(bytes, datagram);
            }
        }

        return DatagramFault.Foreign;
    }

    private sealed class Gatekeeper : IDisposable
    {
        private readonly DatagramCode code;
        private readonly ReplayWindow window = new();
        private uint epoch;
        private long missing;

        public Gatekeeper(string lane, LaneKey key, uint epoch)
        {
            Span<byte> derived = stackalloc byte[LaneKey.Bytes];
            key.Derive(lane, derived);
            (KeyId, code, this.epoch) = (key.IdFor(lane), new(derived), epoch);
        }

        public uint KeyId { get; }

        public uint Epoch => Volatile.Read(ref epoch);

        public long Missing => Volatile.Read(ref missing);

        public DatagramFault Admit(ReadOnlySpan<byte> bytes, in Datagram datagram)
        {
            if (datagram.Epoch < epoch || (datagram.Epoch == epoch && window.Contains(datagram.Counter)))
            {
                return DatagramFault.Replayed;
            }

            Span<byte> tag = stackalloc byte[Datagram.TagBytes];
            code.Compute(datagram.Epoch, datagram.Counter, bytes[..^Datagram.TagBytes], tag);
            if (!CryptographicOperations.FixedTimeEquals(tag, bytes[^Datagram.TagBytes..]))
            {
                return DatagramFault.Forged;
            }

            if (datagram.Epoch > epoch)
            {
                window.Clear();
                Volatile.Write(ref epoch, datagram.Epoch);
            }

            window.Add(datagram.Counter);
            Volatile.Write(ref missing, window.Missing);
            return DatagramFault.None;
        }

        public void Dispose() => code.Dispose();
    }

    // Nobody vouches for these numbers, so they decide nothing.
    private sealed class LossCount
    {
        private uint epoch;
        private ulong first;
        private ulong newest;
        private ulong seen;
        private long missing;

        public long Missing => Volatile.Read(ref missing);

        public void Add(uint datagramEpoch, ulong counter)
        {
            if (seen == 0 || datagramEpoch > epoch)
            {
                (epoch, first, newest, seen) = (datagramEpoch, counter, counter, 0);
            }

            if (datagramEpoch < epoch)
            {
                return;
            }

            (first, newest, seen) = (Math.Min(first, counter), Math.Max(newest, counter), seen + 1);
            var span = newest - first;
            Volatile.Write(ref missing, span < seen ? 0 : (long)Math.Min(span - seen + 1, long.MaxValue));
        }
    }
}
