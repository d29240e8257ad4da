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
        return Refuse ? null : new BlockDestination(
            new StagedTree(Path.Combine(root.FullName, id), [new("artifact", header.TotalBytes)]),
            before.Snapshot(),
            (progress, token) =>
            {
                written[id] = progress.Blocks;
                return reports.Writer.WriteAsync((id, progress), token);
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

    public bool Equals(string transferId, byte[] artifact)
    {
        using var file = File.OpenRead(Path.Combine(root.FullName, transferId, "artifact"));
        var stored = new byte[file.Length];
        file.ReadExactly(stored);
        return stored.AsSpan().SequenceEqual(artifact);
    }

    public void Dispose() => root.Delete(recursive: true);
}
