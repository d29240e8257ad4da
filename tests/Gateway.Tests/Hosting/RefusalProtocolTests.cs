using Gateway.Core;
using Gateway.Hosting.Calls;
using Google.Rpc;
using Grpc.Core;
using Xunit;

namespace Gateway.Tests.Hosting;

public sealed class RefusalProtocolTests
{
    [Fact]
    public void Every_refusal_leaves_as_a_status_with_its_code_and_way_out() =>
        Assert.All(RefusalCatalogue.Entries, entry =>
        {
            var exception = new Refusal(entry.Code, "weights.bin").ToRpcException();
            Assert.Equal((int)entry.Status, (int)exception.StatusCode);
            var info = exception.GetRpcStatus()?.GetDetail<ErrorInfo>();
            Assert.NotNull(info);
            Assert.Equal(entry.Name, info.Reason);
            Assert.Equal("gateway", info.Domain);
            Assert.Equal("weights.bin", info.Metadata["detail"]);
            Assert.Equal(entry.WayOut, info.Metadata["way_out"]);
            Assert.Contains(entry.What, exception.Status.Detail, StringComparison.Ordinal);
        });

    [Fact]
    public void A_long_detail_does_not_outgrow_the_trailers()
    {
        var exception = new Refusal(RefusalCode.PathInvalid, new string('界', 100_000)).ToRpcException();
        var binary = exception.Trailers.Sum(trailer => trailer.IsBinary ? trailer.ValueBytes.Length * 4 / 3 : trailer.Value.Length);
        Assert.True(binary + Uri.EscapeDataString(exception.Status.Detail).Length < 8192);
    }

    [Fact]
    public void A_notice_says_the_same_word()
    {
        var notice = new Refusal(RefusalCode.PickleRefused, "a.pkl").ToProto();
        Assert.Equal(Protocol.V1.RefusalCode.PickleRefused, notice.Code);
        Assert.Equal("a.pkl", notice.Detail);
        Assert.Contains("safetensors", notice.Sentence, StringComparison.Ordinal);
    }
}
