using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Gateway.Core;
using Gateway.Core.Wire;
using Gateway.Hosting.Keys;
using Gateway.Storage;

namespace Gateway.LaneBench;

/// <summary>
/// A lane key and, in files beside it, what must outlive the process: the epoch that the sender used last, so that no number is ever sealed twice, and the newest one that
/// the receiver saw, so that what was recorded yesterday is no file today.
/// </summary>
internal sealed class KeyedLane(LaneKey key, string path)
{
    /// <summary>Digits of an epoch and an end of line.</summary>
    private const int MaximumBytes = 16;

    public LaneKey Key { get; } = key;

    private string SentFile => path + ".sent-epoch";

    private string SeenFile => path + ".seen-epoch";

    /// <summary>Reads the key. Refuses with <see cref="RefusalCode.KeyInvalid"/>.</summary>
    public static Outcome<KeyedLane> Open(string path) =>
        LaneKeyFile.Read(path).Succeeded(out var key, out var refusal) ? new KeyedLane(key, path) : refusal;

    /// <summary>An epoch that no sender with this file used before; it is on the disk when this returns. Throws <see cref="IOException"/>.</summary>
    public uint NextEpoch()
    {
        var epoch = checked(Read(SentFile) + 1);
        Write(SentFile, epoch);
        return epoch;
    }

    /// <summary>The newest epoch that was received under the key; none before the first.</summary>
    public IReadOnlyList<LaneEpoch> SeenEpochs() =>
        Read(SeenFile) is > 0 and var epoch ? [new(Key.IdFor(SharedOptions.Lane), epoch)] : [];

    /// <summary>Keeps the newest epoch that was received.</summary>
    public Task RecordSeenAsync(LaneEpoch newest, CancellationToken cancellationToken)
    {
        Write(SeenFile, newest.Epoch);
        return Task.CompletedTask;
    }

    private static uint Read(string file)
    {
        if (!File.Exists(file))
        {
            return 0;
        }

        using var handle = File.OpenHandle(file);
        var bytes = new byte[MaximumBytes];
        var length = RandomAccess.Read(handle, bytes, 0);
        return Utf8Parser.TryParse(bytes.AsSpan(0, length), out uint epoch, out var used) && (used == length || bytes[used] == '\n')
            ? epoch
            : throw new IOException($"{file} is damaged; make a new key on both sides, since numbers under this one may have been used");
    }

    private static void Write(string file, uint epoch) =>
        DurableFiles.Replace(file, Encoding.ASCII.GetBytes(epoch.ToString(CultureInfo.InvariantCulture) + "\n"));
}
