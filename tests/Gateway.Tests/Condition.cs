using Xunit;

namespace Gateway.Tests;

/// <summary>Waits for what nothing announces: files of other processes, counters of threads.</summary>
internal static class Condition
{
    /// <summary>Longest wait unless a test says otherwise.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Time between two looks.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    /// <summary>Looks until the condition holds; fails where it does not in time.</summary>
    /// <param name="holds">The condition. What it throws ends the waiting.</param>
    /// <param name="otherwise">What to say where it did not hold.</param>
    /// <param name="patience">Longest wait; null for a minute.</param>
    public static async Task HoldsAsync(Func<Task<bool>> holds, Func<string> otherwise, TimeSpan? patience = null)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(patience ?? Patience);
        while (!await holds())
        {
            Assert.False(deadline.IsCancellationRequested, otherwise());
            await Task.Delay(Look, TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>As above.</summary>
    public static Task HoldsAsync(Func<bool> holds, string what) => HoldsAsync(() => Task.FromResult(holds()), () => $"it never came: {what}");
}
