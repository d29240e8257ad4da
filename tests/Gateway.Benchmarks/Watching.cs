using System.Collections.Concurrent;
using System.Diagnostics;
using Gateway.Protocol.High.V1;
using Gateway.Storage.High;
using Gateway.Tests.High.Import;
using Gateway.Tests.Storage.High;
using Grpc.Core;
using Grpc.Health.V1;
using ImportEvent = Gateway.Protocol.High.V1.ImportEvent;
using State = Gateway.Protocol.High.V1.Import.Types.State;

namespace Gateway.Benchmarks;

/// <summary>
/// From the commit that publishes to those who wait for it: a watcher, and a durable consumer, whose delivery is a commit of its own. Service and clients are in this process,
/// over gRPC and TLS on the loopback; beside them an empty call of the same channel. What is published has no files: those are <see cref="Publishing"/>'s.
/// </summary>
internal static class Watching
{
    /// <summary>Publications before those that count: code is compiled and connections are made.</summary>
    private const int Warmup = 50;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(int publications)
    {
        await using var site = await ConsumerSite.StartAsync(TimeProvider.System);
        using var channel = site.Connect("cara");
        var (imports, consumers, health) = (new ImportService.ImportServiceClient(channel), new ConsumerService.ConsumerServiceClient(channel), new Health.HealthClient(channel));
        using var watch = imports.WatchImports(new());
        using var consume = consumers.ConsumeImports(new() { Consumer = "bench", FromBeginning = true });
        await Task.WhenAll(watch.ResponseHeadersAsync, consume.ResponseHeadersAsync);
        var committed = new ConcurrentDictionary<string, long>();
        site.Catalog.StateChanged += import =>
        {
            if (import.State == ImportState.Published)
            {
                committed[import.Id] = Stopwatch.GetTimestamp();
            }
        };
        var (watched, delivered, empty, publishing) = (new Spread(), new Spread(), new Spread(), new Spread());
        for (var number = 1; number <= Warmup + publications; number++)
        {
            var events = NextPublishedAsync(watch);
            var deliveries = NextAsync(consume);
            var began = Stopwatch.GetTimestamp();
            var id = await site.Catalog.PublishAsync(number);
            var returned = Stopwatch.GetTimestamp();
            var (seen, (got, delivery)) = (await events.WaitAsync(Patience), await deliveries.WaitAsync(Patience));
            await consumers.AcknowledgeDeliveryAsync(new() { Consumer = "bench", Delivery = delivery });
            var asked = Stopwatch.GetTimestamp();
            await health.CheckAsync(new());
            if (number > Warmup)
            {
                empty.Add(Stopwatch.GetElapsedTime(asked));
                watched.Add(Stopwatch.GetElapsedTime(committed[id], seen));
                delivered.Add(Stopwatch.GetElapsedTime(committed[id], got));
                publishing.Add(Stopwatch.GetElapsedTime(began, returned));
            }
        }

        Console.WriteLine($"{publications} publications, one after another; {Environment.ProcessorCount} cores shared by service and clients");
        Console.WriteLine($"{"milliseconds",-52}{"p50",9}{"p99",9}{"of an empty call",18}");
        Row("commit to event at a watcher", watched);
        Row("commit to delivery at a durable consumer", delivered);
        Row("an empty call", empty);
        Row("three commits of a publication (begin, bytes, publish)", publishing);

        void Row(string what, Spread spread) => Console.WriteLine($"{what,-52}{spread.Text}{spread.Median / empty.Median,9:0.0}{spread.NinetyNinth / empty.NinetyNinth,9:0.0}");
    }

    private static async Task<long> NextPublishedAsync(AsyncServerStreamingCall<ImportEvent> watch)
    {
        do
        {
            await watch.ResponseStream.MoveNext(CancellationToken.None);
        }
        while (watch.ResponseStream.Current.Import.State != State.Published);
        return Stopwatch.GetTimestamp();
    }

    private static async Task<(long At, string Delivery)> NextAsync(AsyncServerStreamingCall<Delivery> consume)
    {
        await consume.ResponseStream.MoveNext(CancellationToken.None);
        return (Stopwatch.GetTimestamp(), consume.ResponseStream.Current.Id);
    }
}
