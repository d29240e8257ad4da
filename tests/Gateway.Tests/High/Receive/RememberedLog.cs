using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Gateway.Tests.High.Receive;

/// <summary>Keeps the lines that were logged.</summary>
internal sealed class RememberedLog : ILogger
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue(formatter(state, exception));
}
