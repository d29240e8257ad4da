using Spectre.Console;

namespace Gateway.Cli.Terminal;

/// <summary>Progress on stderr, only where that is a terminal; elsewhere it is silent.</summary>
internal sealed class ProgressBars
{
    private readonly ProgressContext? context;
    private readonly Dictionary<string, ProgressTask> tasks = [];

    private ProgressBars(ProgressContext? context) => this.context = context;

    /// <summary>Shows bars for as long as the body runs.</summary>
    public static async Task RunAsync(CommandEnvironment environment, Func<ProgressBars, Task> body)
    {
        if (!environment.ErrorIsTerminal)
        {
            await body(new ProgressBars(null));
            return;
        }

        await Screen.For(environment.Error, isTerminal: true)
            .Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
            .StartAsync(context => body(new ProgressBars(context)));
    }

    /// <summary>Moves a bar, in bytes; it appears with its first move.</summary>
    public void Set(string name, long done, long total)
    {
        if (context is null)
        {
            return;
        }

        if (!tasks.TryGetValue(name, out var task))
        {
            task = context.AddTask(Markup.Escape(SafeText.Of(name)), maxValue: Math.Max(total, 1));
            tasks.Add(name, task);
        }

        task.MaxValue = Math.Max(total, 1);
        task.Value = total == 0 ? 1 : done;
    }
}
