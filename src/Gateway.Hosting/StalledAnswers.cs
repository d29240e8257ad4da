using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Gateway.Hosting;

/// <summary>
/// Cuts off clients that ask for much and take nothing of it, or next to nothing: each holds a file and some buffers. What the server has of its own counts what lies in the
/// systems' buffers ahead, which are hours at its rate, and does not look at streams of HTTP/2 whose window is shut.
/// </summary>
internal sealed partial class StalledAnswers(TimeProvider time, ILogger<StalledAnswers> logger) : IStartupFilter
{
    /// <summary>
    /// Longest time that one part of an answer, 64 to 256 KiB, waits for its client; nothing counts while there is nothing to send. A loader may stand still while its job saves
    /// a checkpoint.
    /// </summary>
    public static readonly TimeSpan LongestStall = TimeSpan.FromMinutes(5);

    /// <summary>Time between two looks at an answer: setting a timer for each part would cost more than sending it.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(30);

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(async (context, rest) =>
        {
            var body = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
            using var writer = new TimedWriter(body.Writer, time, () =>
            {
                LogStalled(logger, context.Connection.RemoteIpAddress, context.Request.Path);
                context.Abort();
            });
            context.Features.Set<IHttpResponseBodyFeature>(new TimedBody(body, writer));
            try
            {
                await rest(context);
            }
            finally
            {
                context.Features.Set(body);
            }
        });
        next(app);
    };

    [LoggerMessage(1, LogLevel.Information, "A client at {Address} is cut off: it takes nothing of its answer to {Path}")]
    private static partial void LogStalled(ILogger logger, System.Net.IPAddress? address, PathString path);

    private sealed class TimedBody(IHttpResponseBodyFeature body, PipeWriter writer) : IHttpResponseBodyFeature
    {
        private Stream? stream;

        public Stream Stream => stream ??= writer.AsStream(leaveOpen: true);

        public PipeWriter Writer => writer;

        public void DisableBuffering() => body.DisableBuffering();

        public Task StartAsync(CancellationToken cancellationToken = default) => body.StartAsync(cancellationToken);

        public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
            SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);

        public Task CompleteAsync() => body.CompleteAsync();
    }

    /// <summary>Says when what was flushed waits for too long.</summary>
    private sealed class TimedWriter(PipeWriter writer, TimeProvider time, Action stalled) : PipeWriter, IDisposable
    {
        private ITimer? timer;

        /// <summary>When the flush that waits began, as a timestamp of the clock; 0 where none does.</summary>
        private long waitingSince;

        public override bool CanGetUnflushedBytes => writer.CanGetUnflushedBytes;

        public override long UnflushedBytes => writer.UnflushedBytes;

        public override void Advance(int bytes) => writer.Advance(bytes);

        public override Memory<byte> GetMemory(int sizeHint = 0) => writer.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => writer.GetSpan(sizeHint);

        public override void CancelPendingFlush() => writer.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => writer.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => writer.CompleteAsync(exception);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => Time(writer.FlushAsync(cancellationToken));

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
            Time(writer.WriteAsync(source, cancellationToken));

        public void Dispose()
        {
            Volatile.Write(ref waitingSince, 0);
            timer?.Dispose();
        }

        private ValueTask<FlushResult> Time(ValueTask<FlushResult> flush) => flush.IsCompleted ? flush : WaitAsync(flush);

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        private async ValueTask<FlushResult> WaitAsync(ValueTask<FlushResult> flush)
        {
            // One timer an answer, which most of them never need.
            timer ??= time.CreateTimer(_ => Look(), null, LookEvery, LookEvery);
            Volatile.Write(ref waitingSince, time.GetTimestamp());
            try
            {
                return await flush;
            }
            finally
            {
                Volatile.Write(ref waitingSince, 0);
            }
        }

        private void Look()
        {
            var since = Volatile.Read(ref waitingSince);
            if (since != 0 && time.GetElapsedTime(since) >= LongestStall && Interlocked.CompareExchange(ref waitingSince, 0, since) == since)
            {
                stalled();
            }
        }
    }
}
