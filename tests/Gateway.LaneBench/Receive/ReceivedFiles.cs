using System.Globalization;
using Gateway.Core.Wire;
using Gateway.High.Receive;

namespace Gateway.LaneBench.Receive;

/// <summary>
/// Takes every session, whatever its documents say: one file each, under a name of its own. No name from the wire reaches the disk, and a file has its final name only
/// once it is whole.
/// </summary>
internal sealed class ReceivedFiles(string directory, Func<LaneStatus> status, Action<ReceivedFileReport> report, TimeProvider time)
{
    /// <summary>Largest file: what a commissioning run needs, so that a forged header cannot ask for more than that.</summary>
    public const long MaximumBytes = 1L << 44;

    private int number;

    /// <summary>See <see cref="OpenSession"/>.</summary>
    public ValueTask<BlockDestination?> OpenAsync(SessionHeader header, CancellationToken cancellationToken)
    {
        if (header.TotalBytes > MaximumBytes || header.Blocks > BlockBitmap.MaximumBlocks)
        {
            return ValueTask.FromResult<BlockDestination?>(null);
        }

        var name = NextName();
        var blocks = BlockBitmap.Empty(header.TotalBytes, header.Geometry.PayloadBytes);
        var file = new ReceivedFile(Path.Combine(directory, name), blocks.Has, header, status, time);
        return ValueTask.FromResult<BlockDestination?>(new BlockDestination(
            new StagedTree(directory, [new StagedFile(name + ReceivedFile.Partial, header.TotalBytes)]),
            blocks,
            async (progress, _) =>
            {
                if (progress.Blocks.Missing == 0 || progress.SessionEnded)
                {
                    if (await file.FinishAsync(progress.Blocks).ConfigureAwait(false) is { } finished)
                    {
                        report(finished);
                    }
                }

                return progress.Blocks.Missing;
            },
            async failure =>
            {
                await Console.Error.WriteLineAsync($"{name}: {failure.Message}").ConfigureAwait(false);
                report(await file.FailAsync().ConfigureAwait(false));
            }));
    }

    private string NextName()
    {
        while (true)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"lane-bench-{++number:D6}.bin");
            if (!File.Exists(Path.Combine(directory, name)) && !File.Exists(Path.Combine(directory, name + ReceivedFile.Partial)))
            {
                return name;
            }
        }
    }
}
