using Gateway.Storage.High;

namespace Gateway.High.Receive;

/// <summary>
/// Looks through the incomplete imports whenever something was published: files that one lacks may be among it. A version often crosses while the one before it, which it has
/// most files in common with, is still being verified.
/// </summary>
public sealed class CompletionService(HighCatalog catalog, Intake intake) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var published = catalog.Publications.Next;
            await intake.CompleteAllAsync(stoppingToken).ConfigureAwait(false);
            await published.WaitAsync(stoppingToken).ConfigureAwait(false);
        }
    }
}
