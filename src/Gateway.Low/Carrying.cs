using Gateway.Low.Submit;
using Gateway.Storage.Low;

namespace Gateway.Low;

/// <summary>
/// Carries every live transfer through the pipeline: at start those that the catalog knows, then each as it is submitted or sent again.
/// </summary>
internal sealed class Carrying(LowPipeline pipeline, LowCatalog catalog, Staging staging, ILogger<Carrying> logger) : BackgroundService
{
    private static readonly IReadOnlyList<TransferState> Carried =
        [TransferState.Submitted, TransferState.AwaitingApproval, TransferState.Approved, TransferState.Sending];

    private readonly Lock gate = new();
    private readonly Dictionary<string, Carriage> carriages = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationToken stopping = new(canceled: true);

    /// <summary>Begins to carry a transfer, after an earlier round of the same transfer has ended.</summary>
    public void Begin(string transferId)
    {
        lock (gate)
        {
            if (stopping.IsCancellationRequested)
            {
                return;
            }

            var earlier = carriages.GetValueOrDefault(transferId)?.Task ?? Task.CompletedTask;
            var cancel = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            var carriage = new Carriage(cancel);
            carriages[transferId] = carriage;

            // Not in the context of the call that began it: its trace and log scope are not those of what happens days later.
            using (ExecutionContext.SuppressFlow())
            {
                carriage.Task = Task.Run(() => CarryAsync(transferId, carriage, earlier), CancellationToken.None);
            }
        }
    }

    /// <summary>Stops carrying a transfer that was ended by a person, and frees its staging.</summary>
    public async Task EndAsync(string transferId)
    {
        Carriage? carriage;
        lock (gate)
        {
            carriage = carriages.GetValueOrDefault(transferId);
            carriage?.Cancel.Cancel();
        }

        await (carriage?.Task ?? Task.CompletedTask);
        await staging.ReleaseAsync(transferId, CancellationToken.None);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Before the catalog is asked, so that nothing is submitted unseen in between; what is begun twice finds itself done.
        lock (gate)
        {
            stopping = stoppingToken;
        }

        var live = await catalog.ListIdsAsync(Carried, stoppingToken);
        logger.CarryingOn(live.Count);
        foreach (var id in live)
        {
            Begin(id);
        }

        await using var stopped = stoppingToken.UnsafeRegister(_ => failed.TrySetResult(), null);
        await failed.Task;
        Task[] running;
        lock (gate)
        {
            running = [.. carriages.Values.Select(carriage => carriage.Task)];
        }

        await Task.WhenAll(running);
    }

    private async Task CarryAsync(string transferId, Carriage carriage, Task earlier)
    {
        await earlier;
        try
        {
            await pipeline.CarryAsync(transferId, carriage.Cancel.Token);
            await staging.ReleaseAsync(transferId, carriage.Cancel.Token);
        }
        catch (OperationCanceledException) when (carriage.Cancel.IsCancellationRequested)
        {
            // Ended by a person, or the service stops: the catalog says where to go on.
        }
        catch (Exception e)
        {
            // Even to refuse it failed: the catalog cannot be written, and half a gateway is none.
            logger.Failed(e, transferId);
            failed.TrySetException(e);
        }
        finally
        {
            lock (gate)
            {
                if (carriages.GetValueOrDefault(transferId) == carriage)
                {
                    carriages.Remove(transferId);
                }
            }

            carriage.Cancel.Dispose();
        }
    }

    private sealed class Carriage(CancellationTokenSource cancel)
    {
        public CancellationTokenSource Cancel { get; } = cancel;

        public Task Task { get; set; } = Task.CompletedTask;
    }
}
