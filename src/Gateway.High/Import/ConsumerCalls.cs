using Gateway.Core;
using Gateway.Core.Trust;
using Gateway.Hosting.Calls;
using Gateway.Protocol.High.V1;
using Gateway.Storage.High;
using Grpc.Core;
using ImportMessage = Gateway.Protocol.High.V1.Import;

namespace Gateway.High.Import;

/// <summary>What consumers ask: for the next import, and to settle the one they have.</summary>
internal sealed partial class ConsumerCalls(HighCatalog catalog, TimeProvider time) : ConsumerService.ConsumerServiceBase
{
    /// <summary>Most deliveries that a stream holds at a time: as many commands run beside each other.</summary>
    private const int MostOutstanding = 100;

    /// <summary>Longest reason, in characters: a line of a log.</summary>
    private const int LongestReason = 500;

    public override async Task ConsumeImports(ConsumeImportsRequest request, IServerStreamWriter<Delivery> responseStream, ServerCallContext context)
    {
        var caller = context.CallerWith(Role.Importer);
        var name = ReadName(request.Consumer);
        var settings = request.Settings is { } message ? ConsumerMessages.Read(message).OrRefuse() : null;
        if (request.MaxOutstanding is < 0 or > MostOutstanding)
        {
            throw new Refusal(RefusalCode.RequestInvalid, $"max_outstanding: give 1 to {MostOutstanding}").ToRpcException();
        }

        var ended = context.CancellationToken;
        var consumer = (await catalog.OpenConsumerAsync(name, settings, request.FromBeginning, caller.Id, ended)).OrRefuse();
        // The first delivery may be days away; the headers tell the client at once that it waits.
        await context.WriteResponseHeadersAsync([]);
        var stream = Guid.NewGuid().ToString("N");
        while (true)
        {
            // Taken before reading, so that no change falls between reading and waiting.
            var (published, settled) = (catalog.Publications.Next, catalog.DeliveriesChanged(name).Next);
            var taken = (await catalog.TakeDeliveryAsync(name, stream, Math.Max(1, request.MaxOutstanding), caller.Id, ended)).OrRefuse();
            if (taken.Delivery is { } delivery)
            {
                await responseStream.WriteAsync(delivery.ToProto(consumer.Settings), ended);
            }
            else
            {
                await WaitAsync(taken.Wake, published, settled, ended);
            }
        }
    }

    public override async Task<ImportMessage> AcknowledgeDelivery(AcknowledgeDeliveryRequest request, ServerCallContext context)
    {
        var caller = context.CallerWith(Role.Importer);
        return (await catalog.AcknowledgeDeliveryAsync(ReadName(request.Consumer), request.Delivery, caller.Id, context.CancellationToken)).OrRefuse().ToProto();
    }

    public override async Task<ReleaseDeliveryResponse> ReleaseDelivery(ReleaseDeliveryRequest request, ServerCallContext context)
    {
        var caller = context.CallerWith(Role.Importer);
        if (request.Reason.Length > LongestReason)
        {
            throw new Refusal(RefusalCode.RequestInvalid, $"reason: at most {LongestReason} characters").ToRpcException();
        }

        var pause = ConsumerMessages.ReadTime(request.RetryAfter, TimeSpan.Zero).OrRefuse();
        var dead = await catalog.ReleaseDeliveryAsync(ReadName(request.Consumer), request.Delivery, request.Reason, pause, caller.Id, context.CancellationToken);
        return new() { Dead = dead.OrRefuse() };
    }

    public override async Task<ExtendDeliveryResponse> ExtendDelivery(ExtendDeliveryRequest request, ServerCallContext context)
    {
        context.CallerWith(Role.Importer);
        (await catalog.ExtendDeliveryAsync(ReadName(request.Consumer), request.Delivery, context.CancellationToken)).ThrowIfRefused();
        return new();
    }

    private async Task WaitAsync(DateTimeOffset? wake, Task published, Task settled, CancellationToken ended)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(ended);
        var due = wake is { } at ? Later(at - time.GetUtcNow()) : Timeout.InfiniteTimeSpan;
        await Task.WhenAny(published, settled, Task.Delay(due, time, waiting.Token));
        // A delay that lost against a signal would be kept until its time.
        await waiting.CancelAsync();
        ended.ThrowIfCancellationRequested();
    }

    private static TimeSpan Later(TimeSpan span) => span > TimeSpan.Zero ? span : TimeSpan.Zero;

    private static string ReadName(string consumer) => ConsumerNames.IsValid(consumer)
        ? consumer
        : throw new Refusal(RefusalCode.RequestInvalid, $"consumer: {ConsumerNames.Rule}").ToRpcException();
}
