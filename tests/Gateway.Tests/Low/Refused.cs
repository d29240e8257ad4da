using Google.Rpc;
using Grpc.Core;
using Xunit;

namespace Gateway.Tests.Low;

/// <summary>The refusal that a call ends with, by its code's name.</summary>
internal static class Refused
{
    public static async Task<string> ByAsync(Func<Task> call)
    {
        var exception = await Assert.ThrowsAnyAsync<RpcException>(call);
        return exception.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason ?? $"no refusal: {exception.Status}";
    }
}
