using Gateway.Core.Wire;
using Gateway.High.Receive;

namespace Gateway.LaneBench.Receive;

/// <summary>One file on its way in, and what it costs.</summary>
internal sealed class ReceivedFile
{
    /// <summary>Ends the name of a file that is not whole.</summary>
    public const string Partial = ".partial";

    private readonly string path;
    private readonly SessionHeader header;
    private readonly Func<LaneStatus> status;
    private readonly TimeProvider time;
    private readonly PrefixHash hash;
    private readonly LaneStatus before;
    private readonly DateTimeOffset began;
    private readonly TimeSpan cpuBefore = ProcessCost.Cpu;
    private bool finished;

    public ReceivedFile(string path, Func<long, bool> has, SessionHeader header, Func<LaneStatus> status, TimeProvider time)
    {
        (this.path, this.header, this.status, this.time) = (path, header, status, time);
        (before, began) = (status(), time.GetUtcNow());
        hash = new(path + Partial, header.TotalBytes, header.Geometry.PayloadBytes, has);
    }

    /// <summary>The session is over, or nothing is missing. Gives the report the first time it is called.</summary>
    public async Task<ReceivedFileReport?> FinishAsync(BlockBitmap blocks)
    {
        if (finished)
        {
            return null;
        }

        var digest = await hash.FinishAsync().ConfigureAwait(false);
        return Close(blocks.Missing == 0 ? digest : null, blocks.Missing);
    }

    /// <summary>The disk failed.</summary>
    public async Task<ReceivedFileReport> FailAsync()
    {
        await hash.FinishAsync().ConfigureAwait(false);
        return Close(null, header.Blocks);
    }

    private ReceivedFileReport Close(byte[]? digest, long missing)
    {
        finished = true;
        hash.Dispose();
        if (digest is not null)
        {
            File.Move(path + Partial, path, overwrite: false);
        }
        else
        {
            File.Delete(path + Partial);
        }

        var ended = time.GetUtcNow();
        var now = status();
        return new(
            digest is null ? null : path,
            digest is not null,
            header.TotalBytes,
            missing,
            header.Blocks,
            (ended - began).TotalSeconds,
            Report.GigabitsPerSecond(header.TotalBytes, ended - began),
            digest is null ? null : Convert.ToHexStringLower(digest),
            now.Datagrams - before.Datagrams,
            now.DroppedDatagrams - before.DroppedDatagrams,
            LossSince(now),
            now.KernelDrops - before.KernelDrops,
            now.RepairedBlocks - before.RepairedBlocks,
            now.LostBlocks - before.LostBlocks,
            now.ParitySymbols,
            [.. now.ParityNeeded.Select((blocks, p) => blocks - (p < before.ParityNeeded.Count ? before.ParityNeeded[p] : 0))],
            (ProcessCost.Cpu - cpuBefore).TotalSeconds,
            ProcessCost.PeakBytes,
            now.ReceiveBufferBytes,
            Report.UnixSeconds(began),
            Report.UnixSeconds(ended));
    }

    // A sender that started anew counts from nothing; what it lost is then all that is missing now.
    private double LossSince(LaneStatus now)
    {
        var missing = now.MissingDatagrams >= before.MissingDatagrams ? now.MissingDatagrams - before.MissingDatagrams : now.MissingDatagrams;
        var received = now.Datagrams - before.Datagrams;
        return missing + received == 0 ? 0 : (double)missing / (missing + received);
    }
}
