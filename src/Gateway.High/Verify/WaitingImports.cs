using System.Threading.Channels;
using Gateway.Storage.High;

namespace Gateway.High.Verify;

/// <summary>Ids of imports whose bytes are all here. The catalog holds them too: a restart fills the queue again.</summary>
public sealed class WaitingImports
{
    // As many as can be open, so that adding never waits while blocks arrive.
    private readonly Channel<string> waiting = Channel.CreateBounded<string>(HighCatalog.MaximumOpenImports);

    /// <summary>Adds an import; waits where the queue is full.</summary>
    public ValueTask AddAsync(string id, CancellationToken cancellationToken) => waiting.Writer.WriteAsync(id, cancellationToken);

    /// <summary>The imports as they come.</summary>
    public IAsyncEnumerable<string> ReadAllAsync(CancellationToken cancellationToken) => waiting.Reader.ReadAllAsync(cancellationToken);
}
