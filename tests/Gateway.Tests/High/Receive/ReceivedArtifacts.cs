using System.Collections.Concurrent;
using System.Threading.Channels;
using Gateway.Core.Wire;
using Gateway.High.Receive;

namespace Gateway.Tests.High.Receive;

/// <summary>The high side behind a lane, without verification: opens every session and keeps one file per transfer.</summary>
internal sealed class ReceivedArtifacts : IDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("lane");
    private readonly ConcurrentDictionary<string, BlockBitmap> written = new();
    private readonly Channel<(string TransferId, BlockProgress Progress)> reports = Channel.CreateBounded<(string, BlockProgress)>(1000);
    private readonly ConcurrentDictionary<string, BlockDestination> destinations = new();
    private readonly TaskCompletionSource stalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? stall;
    private int opened;

    public int Opened => Volatile.Read(ref opened);

    public SessionHeader? LastHeader { get; private set; }

    public bool Refuse { get; set; }

    /// <summary>No header is judged before this has ended.</summary>
    public Task Judging { get; set; } = Task.CompletedTask;

    public IEnumerable<string> Files => Directory.EnumerateFiles(root.FullName, "*", SearchOption.AllDirectories);

    public async ValueTask<BlockDestination?> OpenAsync(SessionHeader header, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref opened);
        LastHeader = header;
        await Judging.WaitAsync(cancellationToken);
        var id = header.Content.TransferId;
        var before = written.GetOrAdd(id, _ => BlockBitmap.Empty(header.TotalBytes, header.Geometry.PayloadBytes));
        if (Refuse)
        {
            return null;
        }

        return destinations[id] = new BlockDestination(
            new StagedTree(Path.Combine(root.FullName, id), [new("artifact", header.TotalBytes)]),
            before.Snapshot(),
            async (progress, token) =>
            {
                if (stall is { } stalls)
                {
                    stall = null;
                    stalled.SetResult();
                    await stalls.WaitAsync(token);
                    return progress.Blocks.Missing;
                }

                written[id] = progress.Blocks;
                await reports.Writer.WriteAsync((id, progress), token);
                return progress.Blocks.Missing;
            },
            e => throw new InvalidOperationException("The disk failed.", e));
    }

    /// <summary>Waits until the transfer is whole or its session has ended.</summary>
    public async Task<BlockProgress> OutcomeOfAsync(string transferId, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (id, progress) = await reports.Reader.ReadAsync(cancellationToken);
            if (id == transferId && (progress.SessionEnded || progress.Blocks.Missing == 0))
            {
                return progress;
            }
        }
    }

    /// <summary>Waits for the next transfer that is whole or whose session has ended.</summary>
    public async Task<BlockProgress> AnyOutcomeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var (_, progress) = await reports.Reader.ReadAsync(cancellationToken);
            if (progress.SessionEnded || progress.Blocks.Missing == 0)
            {
                return progress;
            }
        }
    }

    /// <summary>Makes the disk of an open transfer stand still until a task ends: its flush does not return, and no block is written meanwhile.</summary>
    public async Task StallAsync(string transferId, Task until, CancellationToken cancellationToken)
    {
        BlockDestination? destination;
        while (!destinations.TryGetValue(transferId, out destination))
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
        }

        stall = until;
        _ = destination.SessionEndedAsync(cancellationToken).AsTask();
        await stalled.Task.WaitAsync(cancellationToken);
    }

    public bool HoldsWrittenBlocks(string transferId, byte[] artifact, BlockBitmap blocks)
    {
        using var file = File.OpenHandle(Path.Combine(root.FullName, transferId, "artifact"));
        var stored = new byte[blocks.BlockBytes];
        for (var block = 0L; block < blocks.Blocks; block++)
        {
            var length = RandomAccess.Read(file, stored.AsSpan(0, blocks.LengthOf(block)), block * blocks.BlockBytes);
            if (blocks.Has(block) && !stored.AsSpan(0, length).SequenceEqual(artifact.AsSpan((int)block * blocks.BlockBytes, blocks.LengthOf(block))))
            {
                return false;
            }
        }

        return true;
    }

    public bool Equals(string transferId, byte[] artifact)
    {
        using var file = File.OpenRead(Path.Combine(root.FullName, transferId, "artifact"));
        var stored = new byte[file.Length];
        file.ReadExactly(stored);
        return stored.AsSpan().SequenceEqual(artifact);
    }

    public void Dispose() => root.Delete(recursive: true);
}
