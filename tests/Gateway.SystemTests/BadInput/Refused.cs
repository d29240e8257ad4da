using Google.Rpc;
using Grpc.Core;
using Xunit;

namespace Gateway.SystemTests.BadInput;

/// <summary>What a service answered where its answer was no.</summary>
internal static class Refused
{
    /// <summary>The code of the refusal, as ErrorInfo carries it; fails where the call succeeds, or ends without a code and a way out.</summary>
    public static async Task<string> ByAsync(Func<Task> call)
    {
        var error = await Assert.ThrowsAnyAsync<RpcException>(call);
        var info = error.GetRpcStatus()?.GetDetail<ErrorInfo>();
        Assert.True(info is { Domain: "gateway" }, $"{error}");
        Assert.Contains(info.Metadata["way_out"], error.Status.Detail, StringComparison.Ordinal);
        return info.Reason;
    }
}
