using Gateway.Cli.Services;
using Gateway.Core;
using Gateway.Protocol.High.V1;
using Duration = Google.Protobuf.WellKnownTypes.Duration;
using Grpc.Core;

namespace Gateway.Cli.Imports.Consumers;

/// <summary>Why an import was not taken over.</summary>
/// <param name="Reason">For people.</param>
/// <param name="RetryAfter">Time before it is tried again.</param>
internal sealed record DeliveryFailure(string Reason, TimeSpan RetryAfter);

/// <summary>What a consumer does with an import.</summary>
internal interface IDeliveryHandler
{
    /// <summary>Takes the import over; null where that is done, for good. The deadline is extended meanwhile.</summary>
    Task<DeliveryFailure?> HandleAsync(Delivery delivery, CancellationToken cancel);

    /// <summary>Hears what became of the delivery: taken over where there is no failure, given up where it is dead.</summary>
    Task SettledAsync(Delivery delivery, DeliveryFailure? failure, bool dead);
}

/// <summary>One process of a consumer: takes a delivery at a time, over breaks of the connection, and settles it.</summary>
internal sealed class DeliveryLoop(
    CommandEnvironment environment, ConsumerService.ConsumerServiceClient service, ConsumeImportsRequest request, IDeliveryHandler handler)
{
    /// <summary>Longest reason that the service takes, in characters.</summary>
    private const int LongestReason = 500;

    /// <summary>Time to give back what is in hand when the command is stopped; after it, the deadline does.</summary>
    private static readonly TimeSpan GoodbyeTime = TimeSpan.FromSeconds(5);

    /// <summary>Wait after which what was given back so is handed out: the stream of this process has ended by then and does not get it again.</summary>
    private static readonly TimeSpan GoodbyePause = TimeSpan.FromSeconds(1);

    /// <summary>Runs until it is cancelled, or retired.</summary>
    /// <param name="cancel">Stops at once; what is in hand is given back.</param>
    /// <param name="retired">Takes nothing more, settles what is in hand, and returns.</param>
    public async Task RunAsync(CancellationToken cancel, CancellationToken retired = default)
    {
        using var taking = CancellationTokenSource.CreateLinkedTokenSource(cancel, retired);
        var connected = false;
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var deliveries = service.ConsumeImports(request, cancellationToken: taking.Token);
                // The service answers at once, with deliveries or without: from here on, what breaks is an outage and not a wrong address.
                await deliveries.ResponseHeadersAsync;
                connected = true;
                attempt = 0;
                await foreach (var delivery in deliveries.ResponseStream.ReadAllAsync(taking.Token))
                {
                    await TakeAsync(delivery, cancel);
                }
            }
            catch (Exception e) when (retired.IsCancellationRequested && !cancel.IsCancellationRequested
                && e is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
            {
                return;
            }
            catch (RpcException e) when (connected && Outage.Is(e) && attempt < Outage.MaximumAttempts && !cancel.IsCancellationRequested)
            {
                if (attempt == 0)
                {
                    await environment.Error.WriteLineAsync($"connection lost; consumer {request.Consumer} goes on when it is back");
                }
            }

            try
            {
                await Outage.PauseAsync(attempt, environment.Time, taking.Token);
            }
            catch (OperationCanceledException) when (retired.IsCancellationRequested && !cancel.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task TakeAsync(Delivery delivery, CancellationToken cancel)
    {
        var failure = await HandleAsync(delivery, cancel);
        if (failure is null)
        {
            // Tried over an outage here: seen as a break of the stream, it would do the work a second time.
            var acknowledgement = new AcknowledgeDeliveryRequest { Consumer = request.Consumer, Delivery = delivery.Id };
            await Outage.OutlastAsync(async () => await service.AcknowledgeDeliveryAsync(acknowledgement, cancellationToken: cancel), environment.Time, cancel);
            await handler.SettledAsync(delivery, null, dead: false);
            return;
        }

        var dead = await Outage.OutlastAsync(() => ReleaseAsync(delivery, failure, cancel), environment.Time, cancel);
        await handler.SettledAsync(delivery, failure, dead);
    }

    private async Task<DeliveryFailure?> HandleAsync(Delivery delivery, CancellationToken cancel)
    {
        using var handled = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var extending = ExtendAsync(delivery, handled.Token);
        try
        {
            return await handler.HandleAsync(delivery, cancel);
        }
        catch (Exception e) when (e is CommandStop || (e is OperationCanceledException && cancel.IsCancellationRequested))
        {
            await GiveBackAsync(delivery, new DeliveryFailure(e is CommandStop ? e.Message : "interrupted", GoodbyePause));
            throw;
        }
        finally
        {
            await handled.CancelAsync();
            await extending;
        }
    }

    /// <summary>Keeps the delivery while the work lasts. What an outage swallows is said again at the next third of the deadline.</summary>
    private async Task ExtendAsync(Delivery delivery, CancellationToken handled)
    {
        var extension = new ExtendDeliveryRequest { Consumer = request.Consumer, Delivery = delivery.Id };
        try
        {
            while (true)
            {
                await Task.Delay(delivery.AckDeadline.ToTimeSpan() / 3, environment.Time, handled);
                try
                {
                    await service.ExtendDeliveryAsync(extension, cancellationToken: handled);
                }
                catch (RpcException e) when (!handled.IsCancellationRequested && RpcRefusal.Of(e) is { } refusal)
                {
                    await environment.Error.WriteLineAsync($"consumer {request.Consumer}, delivery {Terminal.SafeText.Of(delivery.Id)}: {refusal}");
                    return;
                }
                catch (RpcException) when (!handled.IsCancellationRequested)
                {
                }
            }
        }
        catch (Exception e) when (handled.IsCancellationRequested && e is OperationCanceledException or RpcException)
        {
        }
    }

    private async Task<bool> ReleaseAsync(Delivery delivery, DeliveryFailure failure, CancellationToken cancel)
    {
        try
        {
            var released = await service.ReleaseDeliveryAsync(
                new ReleaseDeliveryRequest
                {
                    Consumer = request.Consumer,
                    Delivery = delivery.Id,
                    Reason = failure.Reason.Length > LongestReason ? failure.Reason[..LongestReason] : failure.Reason,
                    RetryAfter = Duration.FromTimeSpan(failure.RetryAfter),
                },
                cancellationToken: cancel);
            return released.Dead;
        }
        catch (RpcException e) when (RpcRefusal.Of(e)?.Code == RefusalCode.DeliveryExpired)
        {
            // Somebody else has it, or an answer to this very call was lost.
            return false;
        }
    }

    private async Task GiveBackAsync(Delivery delivery, DeliveryFailure failure)
    {
        using var limit = new CancellationTokenSource(GoodbyeTime, environment.Time);
        try
        {
            await ReleaseAsync(delivery, failure, limit.Token);
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException)
        {
            await environment.Error.WriteLineAsync("what was in hand is delivered again after its deadline");
        }
    }
}
