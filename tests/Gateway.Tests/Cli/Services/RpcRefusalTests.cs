using Gateway.Cli;
using Gateway.Cli.Services;
using Gateway.Core;
using Gateway.Hosting.Calls;
using Grpc.Core;
using Xunit;

namespace Gateway.Tests.Cli.Services;

public sealed class RpcRefusalTests
{
    [Fact]
    public void Every_refusal_survives_the_wire()
    {
        foreach (var entry in RefusalCatalogue.Entries)
        {
            var refusal = new Refusal(entry.Code, "what it was about");

            Assert.Equal(refusal, RpcRefusal.Of(refusal.ToRpcException()));
        }
    }

    [Theory]
    [InlineData(StatusCode.Unavailable, ExitCode.Unreachable)]
    [InlineData(StatusCode.DeadlineExceeded, ExitCode.Unreachable)]
    [InlineData(StatusCode.Unimplemented, ExitCode.Usage)]
    [InlineData(StatusCode.PermissionDenied, ExitCode.Refused)]
    public void An_error_without_a_code_ends_as_its_status_says(StatusCode status, int code) =>
        Assert.Equal(code, RpcRefusal.Stop(new RpcException(new Status(status, "x")))?.Code);

    [Fact]
    public void An_error_that_is_nobodys_no_is_a_bug() => Assert.Null(RpcRefusal.Stop(new RpcException(new Status(StatusCode.Unknown, "x"))));
}
