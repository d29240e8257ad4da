using System.Runtime.CompilerServices;

namespace Gateway.Cli.Services;

/// <summary>Walks the pages of a list call.</summary>
internal static class Pages
{
    /// <summary>Most pages followed: a service whose tokens never end would hold the command for ever.</summary>
    private const int MaximumPages = 100_000;

    /// <summary>Items of all pages, in order.</summary>
    /// <param name="page">Fetches the page of a token; the first token is empty.</param>
    /// <param name="cancel">Stops between pages.</param>
    public static async IAsyncEnumerable<T> All<T>(
        Func<string, Task<(IEnumerable<T> Items, string NextPageToken)>> page, [EnumeratorCancellation] CancellationToken cancel)
    {
        var token = string.Empty;
        for (var number = 0; number < MaximumPages; number++)
        {
            cancel.ThrowIfCancellationRequested();
            var (items, next) = await page(token);
            foreach (var item in items)
            {
                yield return item;
            }

            if (next.Length == 0)
            {
                yield break;
            }

            token = next;
        }

        throw CommandStop.Unreachable($"the service gave more than {MaximumPages} pages");
    }
}
