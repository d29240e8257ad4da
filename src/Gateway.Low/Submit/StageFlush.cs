using Gateway.Storage;

namespace Gateway.Low.Submit;

/// <summary>Puts on the disk what an upload appends while more of it arrives: a client that waits for each flush stands still for as long.</summary>
/// <param name="stage">The staged bytes.</param>
/// <param name="acknowledge">Told the bytes that are on the disk, after each flush.</param>
internal sealed class StageFlush(StageFile stage, Func<long, Task> acknowledge)
{
    private Task running = Task.CompletedTask;

    /// <summary>Begins a flush where one is due; waits only where the one before has not ended, which bounds what a crash costs to two of them.</summary>
    public async ValueTask AppendedAsync()
    {
        if (stage.FlushDue)
        {
            await running;
            running = FlushAsync();
        }
    }

    /// <summary>Flushes all that was appended. Throws where an earlier flush failed.</summary>
    public async Task FinishAsync()
    {
        await running;
        await FlushAsync();
    }

    private async Task FlushAsync() => await acknowledge(await stage.FlushAsync());
}
