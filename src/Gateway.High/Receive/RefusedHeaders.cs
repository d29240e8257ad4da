using System.IO.Hashing;
using System.Security.Cryptography;

namespace Gateway.High.Receive;

/// <summary>
/// Headers that were judged and refused, so that their repetitions are not judged again. The number stays free for the header that it belongs to.
/// Remembers the newest ones; an older one that comes again is only refused again.
/// </summary>
internal sealed class RefusedHeaders
{
    /// <summary>Most headers remembered: far more than arrive while a sender still repeats one of them.</summary>
    public const int Maximum = 4096;

    // Unknown outside, so that no header can be made that looks like another.
    private static readonly long Seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    private readonly HashSet<(ulong Session, UInt128 Fingerprint)> refused = [];
    private readonly Queue<(ulong Session, UInt128 Fingerprint)> order = new();

    /// <summary>What a header is recognised by.</summary>
    public static UInt128 FingerprintOf(ReadOnlySpan<byte> header) => XxHash128.HashToUInt128(header, Seed);

    /// <summary>Remembers a header of a session.</summary>
    public void Add(ulong session, UInt128 fingerprint)
    {
        if (!refused.Add((session, fingerprint)))
        {
            return;
        }

        order.Enqueue((session, fingerprint));
        if (order.Count > Maximum)
        {
            refused.Remove(order.Dequeue());
        }
    }

    /// <summary>True where this very header of the session was refused.</summary>
    public bool Contains(ulong session, UInt128 fingerprint) => refused.Contains((session, fingerprint));
}
