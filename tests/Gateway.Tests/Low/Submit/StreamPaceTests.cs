using Gateway.Core;
using Gateway.Hosting.Calls;
using Gateway.Low.Submit;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gateway.Tests.Low.Submit;

public sealed class StreamPaceTests
{
    private readonly FakeTimeProvider clock = new();

    [Fact]
    public async Task A_stream_that_stands_still_is_refused_after_the_timeout()
    {
        using var pace = new StreamPace(clock, TestContext.Current.CancellationToken);
        using var stream = new HandFedStream();
        stream.Feed();
        Assert.True((await pace.MoveNextAsync(stream)).OrRefuse());
        var reading = pace.MoveNextAsync(stream).AsTask();
        clock.Advance(StreamPace.StallTimeout - TimeSpan.FromSeconds(1));
        Assert.False(reading.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(RefusalCode.UploadStalled, (await reading).Refusal?.Code);
    }

    [Fact]
    public async Task A_client_may_hash_what_is_staged_before_its_first_message_but_not_for_ever()
    {
        using var pace = new StreamPace(clock, TestContext.Current.CancellationToken);
        var reading = pace.MoveNextAsync(new HandFedStream()).AsTask();
        clock.Advance(StreamPace.FirstMessageTimeout - TimeSpan.FromSeconds(1));
        Assert.False(reading.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(RefusalCode.UploadStalled, (await reading).Refusal?.Code);
    }

    [Fact]
    public async Task A_trickle_is_refused_once_its_grace_is_used_up()
    {
        using var pace = new StreamPace(clock, TestContext.Current.CancellationToken);
        using var stream = new HandFedStream();
        Refusal? refusal = null;
        var reads = 0;
        while (refusal is null && reads < 10)
        {
            reads++;
            var reading = pace.MoveNextAsync(stream).AsTask();
            clock.Advance(TimeSpan.FromSeconds(20));
            stream.Feed();
            refusal = (await reading).Refusal;
            pace.Count(1000);
        }

        Assert.Equal(RefusalCode.UploadStalled, refusal?.Code);
        Assert.Equal(5, reads);
    }

    [Fact]
    public async Task A_slow_disk_of_this_side_is_not_held_against_the_client()
    {
        using var pace = new StreamPace(clock, TestContext.Current.CancellationToken);
        using var stream = new HandFedStream();
        for (var i = 0; i < 10; i++)
        {
            stream.Feed();
            Assert.True((await pace.MoveNextAsync(stream)).OrRefuse());
            pace.Count(1);
            clock.Advance(TimeSpan.FromMinutes(5));
        }
    }

    private sealed class HandFedStream : IAsyncStreamReader<int>, IDisposable
    {
        private readonly SemaphoreSlim fed = new(0);

        public int Current => 0;

        public void Feed() => fed.Release();

        public void Dispose() => fed.Dispose();

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            await fed.WaitAsync(cancellationToken);
            return true;
        }
    }
}
