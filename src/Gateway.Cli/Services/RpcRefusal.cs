using Gateway.Core;
using Google.Rpc;
using Grpc.Core;

namespace Gateway.Cli.Services;

/// <summary>Reads the refusal that a service sent as google.rpc.Status with ErrorInfo.</summary>
internal static class RpcRefusal
{
    /// <summary>Domain of the gateway's ErrorInfo.</summary>
    private const string Domain = "gateway";

    /// <summary>Key of ErrorInfo.metadata that holds what the refusal was about.</summary>
    private const string DetailKey = "detail";

    /// <summary>The refusal, or null where the error is not one of the catalogue.</summary>
    public static Refusal? Of(RpcException exception)
    {
        var info = exception.GetRpcStatus()?.GetDetail<ErrorInfo>();
        if (info is not { Domain: Domain })
        {
            return null;
        }

        var entry = RefusalCatalogue.Entries.FirstOrDefault(e => e.Name == info.Reason);
        return entry is null ? null : new Refusal(entry.Code, info.Metadata.TryGetValue(DetailKey, out var detail) ? detail : string.Empty);
    }

    /// <summary>How a command ends on this error; null where it is a bug.</summary>
    public static CommandStop? Stop(RpcException exception) => Of(exception) is { } refusal
        ? CommandStop.Refused(refusal)
        : exception.StatusCode switch
        {
            StatusCode.Unavailable or StatusCode.DeadlineExceeded => CommandStop.Unreachable(
                $"the service does not answer: {exception.Status.Detail}"),
            StatusCode.Unimplemented => CommandStop.Usage("the service does not know this call: is the address that of the right side?"),
            StatusCode.Unauthenticated or StatusCode.PermissionDenied => CommandStop.Refused(
                RefusalCode.Unauthenticated, exception.Status.Detail),
            _ => null,
        };
}
