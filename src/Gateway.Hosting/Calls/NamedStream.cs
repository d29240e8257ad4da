using Grpc.Core;

namespace Gateway.Hosting.Calls;

/// <summary>Remembers which transfer the first message of a stream names; the messages after it name none.</summary>
internal sealed class NamedStream<T>(IAsyncStreamReader<T> stream) : IAsyncStreamReader<T>
{
    private bool begun;

    /// <summary>See <see cref="RequestedTransfer.IdOf{T}"/>; empty before the first message.</summary>
    public string TransferId { get; private set; } = "";

    public T Current => stream.Current;

    public Task<bool> MoveNext(CancellationToken cancellationToken) =>
        begun ? stream.MoveNext(cancellationToken) : BeginAsync(cancellationToken);

    private async Task<bool> BeginAsync(CancellationToken cancellationToken)
    {
        begun = true;
        if (!await stream.MoveNext(cancellationToken))
        {
            return false;
        }

        TransferId = RequestedTransfer.IdOf(stream.Current);
        return true;
    }
}
