using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

#pragma warning disable CA1716 // The folder is named as in src.
namespace Gateway.Tests.Cli.Imports;
#pragma warning restore CA1716

/// <summary>What a receiver got of one attempt.</summary>
internal sealed record Received(string Path, string Id, long Timestamp, string Signatures, string ContentType, byte[] Body)
{
    public JsonElement Event
    {
        get
        {
            using var document = JsonDocument.Parse(Body);
            return document.RootElement.Clone();
        }
    }

    /// <summary>Checked as Standard Webhooks tells receivers to, with the receiver's own code.</summary>
    public bool IsSignedWith(byte[] key)
    {
        var signed = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Id}.{Timestamp}.")).Concat(Body).ToArray();
        var expected = HMACSHA256.HashData(key, signed);
        return Signatures.Split(' ').Any(s => s.StartsWith("v1,", StringComparison.Ordinal) && Convert.FromBase64String(s[3..]).AsSpan().SequenceEqual(expected));
    }
}

/// <summary>A receiver of webhooks on this machine that answers as a test wants.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication app;

    private WebhookReceiver(Func<Received, int, HttpResponse, CancellationToken, Task> answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http1));
        app = builder.Build();
        app.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            var headers = context.Request.Headers;
            var received = new Received(
                context.Request.Path, headers["webhook-id"].ToString(), long.Parse(headers["webhook-timestamp"].ToString(), CultureInfo.InvariantCulture),
                headers["webhook-signature"].ToString(), headers.ContentType.ToString(), body.ToArray());
            Attempts.Enqueue(received);
            await answer(received, Attempts.Count(r => r.Id == received.Id), context.Response, context.RequestAborted);
        });
    }

    /// <summary>Every request, in the order of arrival.</summary>
    public ConcurrentQueue<Received> Attempts { get; } = new();

    public string Address => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    /// <param name="answer">Given the request and which attempt of its id it is.</param>
    public static async Task<WebhookReceiver> StartAsync(Func<Received, int, HttpResponse, CancellationToken, Task> answer)
    {
        var receiver = new WebhookReceiver(answer);
        await receiver.app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
