using System.Diagnostics;
using Gateway.Cli.Contexts;
using Gateway.Cli.Services;
using Grpc.Core;
using Grpc.Health.V1;

namespace Gateway.Cli.Doctor;

/// <summary>Looks at a context: its files, and whether its services answer.</summary>
internal static class ContextExaminations
{
    /// <summary>How long a service may take to answer before it counts as away.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    public static async Task<IReadOnlyList<Examination>> RunAsync(GatewayContext context, TimeProvider time, CancellationToken cancel)
    {
        var subject = $"context {context.Name}";
        var found = new List<Examination>
        {
            FileExaminations.Certificate(subject, "client certificate", context.Certificate, time.GetUtcNow()),
            FileExaminations.Certificate(subject, "service authority", context.Authority, time.GetUtcNow()),
        };
        found.AddRange(context.TrustRoot is null || context.TrustRootDigest is null
            ? [Examination.Warning(subject, "trust root", "none pinned: this context can neither review, approve nor pull")]
            : FileExaminations.TrustRoot(subject, context.TrustRoot, context.TrustRootDigest, allowDevelopment: true, time));
        if (context.SigningKey is not null)
        {
            found.Add(FileExaminations.Secret(subject, "signing key", context.SigningKey, groupMayRead: false));
        }

        if (context.Low is not null)
        {
            found.Add(await AnswersAsync(subject, "low side", () => ServiceChannel.Low(context), context.Low, time, cancel));
        }

        if (context.High is not null)
        {
            found.Add(await AnswersAsync(subject, "high side", () => ServiceChannel.High(context), context.High, time, cancel));
        }

        return found;
    }

    private static async Task<Examination> AnswersAsync(
        string subject, string side, Func<Grpc.Net.Client.GrpcChannel> open, string address, TimeProvider time, CancellationToken cancel)
    {
        try
        {
            using var channel = open();
            var started = Stopwatch.GetTimestamp();
            var answer = await new Health.HealthClient(channel).CheckAsync(
                new HealthCheckRequest(), deadline: time.GetUtcNow().UtcDateTime + AnswerTimeout, cancellationToken: cancel);
            return answer.Status == HealthCheckResponse.Types.ServingStatus.Serving
                ? Examination.Ok(subject, side, $"{address} answers in {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms")
                : Examination.Failed(subject, side, $"{address} says {answer.Status}: read its log");
        }
        catch (CommandStop e)
        {
            return Examination.Failed(subject, side, e.Message);
        }
        catch (RpcException e) when (!cancel.IsCancellationRequested)
        {
            return Examination.Failed(subject, side, $"{address}: {e.StatusCode} {e.Status.Detail}");
        }
    }
}
