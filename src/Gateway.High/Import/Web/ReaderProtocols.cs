using Gateway.High.Import.Access;
using Gateway.High.Import.HuggingFace;
using Gateway.High.Import.Oci;
using Gateway.High.Import.S3;
using Gateway.Hosting;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.High.Import.Web;

/// <summary>The protocols in which programs read that have no client of ours, each at an end point of its own.</summary>
internal static partial class ReaderProtocols
{
    public const string HuggingFace = "huggingFace";
    public const string S3 = "s3";
    public const string Oci = "oci";

    public static void AddReaders(this IServiceCollection services)
    {
        services.AddSingleton<Library>();
        services.AddSingleton<AccessSecrets>();
        services.AddSingleton<AccessGate>();
        services.AddSingleton<HuggingFaceEndpoint>();
        services.AddSingleton<S3Endpoint>();
        services.AddSingleton<OciImages>();
        services.AddSingleton<OciContents>();
        services.AddSingleton<OciEndpoint>();
    }

    /// <summary>Hands what comes in at those end points to them. Nothing else is answered there, and they are answered nowhere else.</summary>
    public static void MapReaders(this WebApplication app) =>
        app.Use(async (context, next) =>
        {
            if (context.Features.Get<ReaderEndPoint>() is not { } endPoint)
            {
                await next(context);
                return;
            }

            if (HttpProtocol.IsHttp11(context.Request.Protocol) && context.Features.GetRequiredFeature<IHttpRequestBodyDetectionFeature>().CanHaveBody)
            {
                // A client that waits to be asked for its body, and is refused instead, never sends it; the next request must not be taken for it.
                context.Response.Headers.Connection = "close";
            }

            try
            {
                await (endPoint.Protocol switch
                {
                    HuggingFace => context.RequestServices.GetRequiredService<HuggingFaceEndpoint>().AnswerAsync(context),
                    S3 => context.RequestServices.GetRequiredService<S3Endpoint>().AnswerAsync(context),
                    Oci => context.RequestServices.GetRequiredService<OciEndpoint>().AnswerAsync(context),
                    _ => throw new InvalidOperationException($"{endPoint.Protocol} is no protocol of readers."),
                });
            }
            catch (Exception e) when (e is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
            {
                // The reader hung up.
            }
            catch (Exception e) when (!context.Response.HasStarted)
            {
                LogFailed(context.RequestServices.GetRequiredService<ILogger<Library>>(), e, endPoint.Protocol);
                context.Response.Clear();
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            }

            HighTelemetry.ReaderRequests.Add(1, new("protocol", endPoint.Protocol), new("status", context.Response.StatusCode));
        });

    [LoggerMessage(1, LogLevel.Error, "a request in {Protocol} failed")]
    private static partial void LogFailed(ILogger logger, Exception cause, string protocol);
}
