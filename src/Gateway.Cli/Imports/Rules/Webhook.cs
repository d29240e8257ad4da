using System.Globalization;
using System.Net.Http.Headers;
using Gateway.Cli.Imports.Consumers;
using Gateway.Protocol.High.V1;

namespace Gateway.Cli.Imports.Rules;

/// <summary>Whom to tell of an import.</summary>
internal sealed record Webhook(Uri Url, WebhookSecrets Secrets, TimeSpan Timeout);

/// <summary>Tells a receiver: one request an attempt. The consumer counts the attempts and keeps them over restarts.</summary>
internal sealed class WebhookAction(Webhook webhook, string source, HttpClient http, TimeProvider time) : IRuleAction
{
    /// <summary>Longest wait that a receiver may ask for.</summary>
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(1);

    /// <summary>A client that goes nowhere but where it is told.</summary>
    public static HttpClient Client() => new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            // Rules run for months: a receiver that moved is found by its name again.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        })
    {
        // Each attempt has its own limit, on the clock of the command.
        Timeout = System.Threading.Timeout.InfiniteTimeSpan,
    };

    public async Task<DeliveryFailure?> RunAsync(Delivery delivery, CancellationToken cancel)
    {
        var told = PublishedEvent.Of(source, delivery.Event);
        var body = told.ToBytes();
        var seconds = time.GetUtcNow().ToUnixTimeSeconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(PublishedEvent.MediaType, "utf-8");
        request.Headers.Add("webhook-id", told.Id);
        request.Headers.Add("webhook-timestamp", seconds.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", webhook.Secrets.Sign(told.Id, seconds, body));
        using var limit = new CancellationTokenSource(webhook.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            // What is answered besides the status is not read: a receiver must not fill this process.
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return response.IsSuccessStatusCode ? null : Refused(response, delivery.Attempt);
        }
        catch (HttpRequestException e)
        {
            return new($"{webhook.Url.Host} cannot be told: {e.Message}", Backoff.After(delivery.Attempt));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            return new($"{webhook.Url.Host} did not answer within {webhook.Timeout.TotalSeconds:0} s", Backoff.After(delivery.Attempt));
        }
    }

    private DeliveryFailure Refused(HttpResponseMessage response, int attempt)
    {
        var status = (int)response.StatusCode;
        var reason = status is >= 300 and < 400 ? "; redirects are not followed: give the address that it leads to" : "";
        var pause = Backoff.After(attempt);
        if (response.Headers.RetryAfter is { } asked && (asked.Delta ?? asked.Date - time.GetUtcNow()) is { } wait && wait > pause)
        {
            pause = wait < LongestRetryAfter ? wait : LongestRetryAfter;
        }

        return new($"{webhook.Url.Host} answered {status}{reason}", pause);
    }
}
