using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.High.Import;
using Gateway.High.Publish;
using Gateway.Storage.High;

namespace Gateway.High.Scrubbing;

/// <summary>
/// Hashes stored files for readers that ask for it before they are sent a byte, and has what is rotten taken from all of them, as a scrub does. Readers of one file at a
/// time share the hashing, which ends when the last of them hangs up.
/// </summary>
public sealed partial class ReadVerification(
    HighCatalog catalog, PublishedTree published, PublishedManifests manifests, Damage damage, TimeProvider time, ILogger<ReadVerification> logger) : IAsyncDisposable
{
    /// <summary>Most files hashed at a time: each takes a core and a stream of the disk, which lanes and other readers want too.</summary>
    public const int MaximumHashes = 2;

    private readonly Lock gate = new();
    private readonly Dictionary<(string Import, int File), Look> looks = [];
    private readonly HashSet<Task> rests = [];
    private readonly SemaphoreSlim turns = new(MaximumHashes, MaximumHashes);
    private readonly CancellationTokenSource stopping = new();
    private long begun;

    /// <summary>Files whose hashing began since the start.</summary>
    public long Begun => Interlocked.Read(ref begun);

    /// <summary>
    /// Null where the file has the bytes that were verified. Refuses with <see cref="RefusalCode.FileUnknown"/>, with <see cref="RefusalCode.FileRotten"/> once the
    /// version is withdrawn, and as readers are refused where it left them meanwhile.
    /// </summary>
    public async Task<Refusal?> CheckAsync(ImportRecord import, ArtifactPath path, CancellationToken cancellationToken)
    {
        var index = new PublishedVersion(import, published, manifests).IndexOf(path);
        if (index < 0)
        {
            return new Refusal(RefusalCode.FileUnknown, path.Value);
        }

        var look = Join(import, index);
        try
        {
            return await look.Answer.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Leave(look);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        Task[] running;
        lock (gate)
        {
            running = [.. looks.Values.Select(look => look.Answer), .. rests];
        }

        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        turns.Dispose();
        stopping.Dispose();
    }

    private Look Join(ImportRecord import, int index)
    {
        lock (gate)
        {
            if (!looks.TryGetValue((import.Id, index), out var look))
            {
                look = new Look(import, index, stopping.Token);
                look.Answer = Task.Run(() => AnswerAsync(look), CancellationToken.None);
                looks.Add(look.Key, look);
            }

            look.Readers++;
            return look;
        }
    }

    private void Leave(Look look)
    {
        lock (gate)
        {
            if (--look.Readers > 0)
            {
                return;
            }

            Forget(look);
        }

        look.Abandon();
    }

    // Whoever comes after the answer has the file looked at anew.
    private void Forget(Look look)
    {
        if (looks.TryGetValue(look.Key, out var held) && ReferenceEquals(held, look))
        {
            looks.Remove(look.Key);
        }
    }

    private async Task<Refusal?> AnswerAsync(Look look)
    {
        try
        {
            await turns.WaitAsync(look.Abandoned).ConfigureAwait(false);
            try
            {
                return await LookAsync(look).ConfigureAwait(false);
            }
            finally
            {
                turns.Release();
            }
        }
        finally
        {
            lock (gate)
            {
                Forget(look);
            }
        }
    }

    private async Task<Refusal?> LookAsync(Look look)
    {
        var (import, file) = (look.Import, manifests.Read(look.Import.Claim!).Files[look.File]);
        var path = Path.Combine(published.DirectoryOf(import.Claim!.Artifact), file.Path.Value);
        Interlocked.Increment(ref begun);
        while (true)
        {
            // Looked at twice before a version is withdrawn: what failed may have been the reading.
            var found = new RotFinding(import, time.GetUtcNow(), Run: null);
            if (await FileHash.IsSoundAsync(path, file, look.Abandoned).ConfigureAwait(false)
                || await FileHash.IsSoundAsync(path, file, look.Abandoned).ConfigureAwait(false))
            {
                return null;
            }

            // From here on it is no longer the readers' business alone.
            if (await damage.WithdrawAsync(found, look.File, sound: 0, stopping.Token).ConfigureAwait(false))
            {
                Follow(found, look.File);
                return new Refusal(RefusalCode.FileRotten, file.Path.Value);
            }

            if (!(await catalog.FindAsync(import.Id, stopping.Token).ConfigureAwait(false)).Succeeded(out var now, out var refusal)
                || !now.Published().Succeeded(out _, out refusal))
            {
                return refusal;
            }

            // It was mended since; what lies there now was not looked at.
        }
    }

    private void Follow(RotFinding found, int rotten)
    {
        lock (gate)
        {
            rests.RemoveWhere(rest => rest.IsCompleted);
            rests.Add(Task.Run(() => LookAtTheRestAsync(found, rotten), CancellationToken.None));
        }
    }

    private async Task LookAtTheRestAsync(RotFinding found, int rotten)
    {
        await turns.WaitAsync(stopping.Token).ConfigureAwait(false);
        try
        {
            await damage.LookAtTheRestAsync(found, rotten, sound: 0, stopping.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Nobody waits for it. What was recorded before stands: all of the version is asked for.
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogLeft(logger, e, found.Import.Id);
        }
        finally
        {
            turns.Release();
        }
    }

    [LoggerMessage(1, LogLevel.Error, "The other files of {TransferId}, which was withdrawn, could not be hashed; all of its blocks are asked for")]
    private static partial void LogLeft(ILogger logger, Exception cause, string transferId);

    /// <summary>A hashing that readers wait for.</summary>
    private sealed class Look
    {
        private readonly CancellationTokenSource abandoned;

        public Look(ImportRecord import, int file, CancellationToken stopping)
        {
            (Import, File) = (import, file);
            abandoned = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            Abandoned = abandoned.Token;
        }

        public ImportRecord Import { get; }

        /// <summary>Its index in the manifest.</summary>
        public int File { get; }

        public (string Import, int File) Key => (Import.Id, File);

        public int Readers { get; set; }

        public Task<Refusal?> Answer { get; set; } = null!;

        /// <summary>Cancelled once nobody waits any more.</summary>
        public CancellationToken Abandoned { get; }

        public void Abandon()
        {
            abandoned.Cancel();
            abandoned.Dispose();
        }
    }
}
