using System.Diagnostics.Metrics;
using Gateway.Core.Ledger;
using Gateway.Core.Trust;
using Gateway.Core;
using Grpc.Core.Interceptors;
using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gateway.Hosting.Calls;

/// <summary>Writes one entry into the audit record of this side.</summary>
public delegate Task AuditWriter(AuditEntry entry, CancellationToken cancellationToken);

/// <summary>
/// Around every gRPC call: finds the caller before the method runs, records refusals, and turns whatever else goes wrong into a refusal
/// whose cause stays in the log.
/// </summary>
internal sealed partial class CallInterceptor(
    TrustRoot trustRoot,
    AuditWriter audit,
    TimeProvider clock,
    IHostApplicationLifetime lifetime,
    ILogger<CallInterceptor> logger) : Interceptor
{
    /// <summary>Health is for probes, which are nobody in the trust root; the handshake still asks them for a certificate.</summary>
    private const string HealthService = "/grpc.health.v1.Health/";

    /// <summary>errno of a full disk (ENOSPC) and of an exhausted quota (EDQUOT), as .NET gives them on Linux.</summary>
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;

    private static readonly Meter Meter = new("Gateway.Hosting");
    private static readonly Counter<long> Refusals = Meter.CreateCounter<long>("gateway.calls.refused", "{call}", "Calls refused, by method and code.");

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        GuardAsync(context, () => RequestedTransfer.IdOf(request), () => continuation(request, context));

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        var named = new NamedStream<TRequest>(requestStream);
        return GuardStreamAsync(context, () => named.TransferId, () => continuation(named, context));
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        GuardStreamAsync(context, () => RequestedTransfer.IdOf(request), async () =>
        {
            await continuation(request, responseStream, context);
            return true;
        });

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        var named = new NamedStream<TRequest>(requestStream);
        return GuardStreamAsync(context, () => named.TransferId, async () =>
        {
            await continuation(named, responseStream, context);
            return true;
        });
    }

    /// <summary>A stream may last for days. It ends when the service stops, which would otherwise wait for it.</summary>
    private async Task<T> GuardStreamAsync<T>(ServerCallContext context, Func<string> transferId, Func<Task<T>> call)
    {
        var http = context.GetHttpContext();
        var aborted = http.RequestAborted;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(aborted, lifetime.ApplicationStopping);
        http.RequestAborted = ending.Token;
        try
        {
            return await GuardAsync(context, transferId, call);
        }
        finally
        {
            http.RequestAborted = aborted;
        }
    }

    private async Task<T> GuardAsync<T>(ServerCallContext context, Func<string> transferId, Func<Task<T>> call)
    {
        string? actor = null;
        try
        {
            if (!context.Method.StartsWith(HealthService, StringComparison.Ordinal))
            {
                var caller = Identify(context);
                actor = caller.Id;
                context.SetCaller(caller);
            }

            return await call();
        }
        catch (RefusedException e)
        {
            LogRefused(logger, context.Method, actor ?? "", e.Refusal.Name, e.Refusal.Detail);
            await RecordAsync(e.Refusal, actor, transferId(), context);
            throw;
        }
        catch (Exception e) when (IsEnding(context) && e is OperationCanceledException or IOException)
        {
            throw lifetime.ApplicationStopping.IsCancellationRequested
                ? new RpcException(new Status(StatusCode.Unavailable, "The service is stopping."))
                : new RpcException(new Status(StatusCode.Cancelled, "The caller ended the call."));
        }
        catch (RpcException)
        {
            throw;
        }
        catch (Exception e)
        {
            LogFailed(logger, e, context.Method, actor ?? "");
            var code = e is IOException { HResult: NoSpace or QuotaExceeded } ? RefusalCode.StorageFull : RefusalCode.Internal;
            // What broke is named by its type only: a message may hold what is for the log alone.
            await RecordAsync(new Refusal(code, e.GetType().Name), actor, transferId(), context);
            throw new Refusal(code, context.Method).ToRpcException();
        }
    }

    // A method may watch the stop itself and hear of it before the call's own token does.
    private bool IsEnding(ServerCallContext context) =>
        context.CancellationToken.IsCancellationRequested || lifetime.ApplicationStopping.IsCancellationRequested;

    private Caller Identify(ServerCallContext context)
    {
        // A root that expires while the service runs names nobody any more.
        if (clock.GetUtcNow() >= trustRoot.Expires)
        {
            throw new Refusal(RefusalCode.TrustRootExpired, $"{trustRoot.Expires:u}").ToRpcException();
        }

        return Caller.Of(context.GetHttpContext().Connection.ClientCertificate, trustRoot).OrRefuse();
    }

    private async Task RecordAsync(Refusal refusal, string? actor, string transferId, ServerCallContext context)
    {
        Refusals.Add(1, new KeyValuePair<string, object?>("method", context.Method), new KeyValuePair<string, object?>("refusal", refusal.Name));
        try
        {
            // Not the call's token: a caller who hangs up at once leaves a trace all the same.
            await audit(
                new AuditEntry
                {
                    Actor = actor ?? "unknown",
                    TransferId = transferId,
                    Action = "call.refused",
                    Refusal = refusal.Code,
                    Detail = $"{context.Method} {refusal.Detail}",
                },
                CancellationToken.None);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogFailed(logger, e, "audit", actor ?? "");
        }
    }

    [LoggerMessage(1, LogLevel.Error, "{Method} failed for {Actor}")]
    private static partial void LogFailed(ILogger logger, Exception cause, string method, string actor);

    [LoggerMessage(2, LogLevel.Information, "{Method} refused {Actor}: {Refusal} ({Detail})")]
    private static partial void LogRefused(ILogger logger, string method, string actor, string refusal, string detail);
}
