using System.IO.Pipelines;
using System.Text.Json;

namespace Gateway.High.Import.Web;

/// <summary>JSON as an answer, sent while it is written: the list of an artifact's files can have tens of megabytes, and its reader may be slow.</summary>
internal sealed class JsonAnswer : IDisposable
{
    /// <summary>Bytes that are written before they are sent.</summary>
    private const int BufferedBytes = 64 << 10;

    private readonly PipeWriter body;
    private readonly CancellationToken ended;
    private long sent;

    private JsonAnswer(HttpContext context)
    {
        (body, ended) = (context.Response.BodyWriter, context.RequestAborted);
        Json = new Utf8JsonWriter(body);
    }

    public Utf8JsonWriter Json { get; }

    /// <summary>Begins an answer with 200.</summary>
    public static JsonAnswer Begin(HttpContext context)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return new JsonAnswer(context);
    }

    /// <summary>Sends what is written where it has become much. Waits for a reader that is slow.</summary>
    public ValueTask PaceAsync() => Json.BytesPending + Json.BytesCommitted - sent < BufferedBytes ? ValueTask.CompletedTask : new ValueTask(SendAsync());

    /// <summary>Sends the rest.</summary>
    public Task EndAsync() => SendAsync();

    public void Dispose() => Json.Dispose();

    private async Task SendAsync()
    {
        Json.Flush();
        sent = Json.BytesCommitted;
        await body.FlushAsync(ended);
    }
}
