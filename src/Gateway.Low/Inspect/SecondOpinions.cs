using System.Buffers;
using System.Net.Sockets;
using Gateway.Core;
using Gateway.Core.Manifests;

namespace Gateway.Low.Inspect;

/// <summary>Asks clamd about every file of a staged artifact that is not too large for it.</summary>
internal sealed class SecondOpinions(SecondOpinionOptions options, TimeProvider time, ILogger<SecondOpinions> logger)
{
    /// <summary>Bytes in one part of a stream: little enough for clamd's buffers, enough that their number does not count.</summary>
    private const int PartBytes = 256 << 10;

    /// <summary>Longest time without an answer: clamd's own default for one file is two minutes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>What it says. Refuses with <see cref="RefusalCode.MalwareFound"/>, or with <see cref="RefusalCode.ScannerUnavailable"/> where it says nothing that counts.</summary>
    public async Task<Outcome<SecondOpinion>> AskAsync(string stagePath, Manifest manifest, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(PartBytes);
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            using var stage = File.OpenHandle(stagePath, options: FileOptions.SequentialScan);
            await using var clamd = await ClamdSession.OpenAsync(ClamdAddress.Parse(options.Clamd)!, either.Token);
            var (engine, from) = await clamd.VersionAsync(either.Token);
            var (start, unscanned) = (0L, 0);
            foreach (var file in manifest.Files)
            {
                limit.CancelAfter(Patience);
                if (file.Bytes > options.MaximumFileBytes)
                {
                    unscanned++;
                }
                else if (file.Bytes > 0)
                {
                    for (var at = 0L; at < file.Bytes;)
                    {
                        var read = RandomAccess.Read(stage, buffer.AsSpan(0, (int)Math.Min(PartBytes, file.Bytes - at)), start + at);
                        await clamd.SendAsync(buffer.AsMemory(0, read), isFirst: at == 0, either.Token);
                        at += read;
                    }

                    if (await clamd.VerdictAsync(either.Token) is { } found)
                    {
                        return new Refusal(RefusalCode.MalwareFound, $"{file.Path}: {found} ({engine})");
                    }
                }

                start += file.Bytes;
            }

            return new SecondOpinion(engine, from is { } made ? Math.Max(0, (int)(time.GetUtcNow() - made).TotalDays) : null, manifest.Files.Count - unscanned, unscanned);
        }
        catch (Exception e) when (e is IOException or SocketException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            logger.ScannerUnavailable(e, options.Clamd);
            return new Refusal(RefusalCode.ScannerUnavailable, options.Clamd);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
