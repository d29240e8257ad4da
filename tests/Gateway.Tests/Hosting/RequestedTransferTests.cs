using Gateway.Hosting.Calls;
using Gateway.Protocol.High.V1;
using Gateway.Protocol.Low.V1;
using Gateway.Protocol.V1;
using Xunit;

namespace Gateway.Tests.Hosting;

public sealed class RequestedTransferTests
{
    private const string Id = "0197a0e8c1d27b3e9f4455667788990a";

    [Theory]
    [InlineData("transfers/" + Id, Id)]
    [InlineData("transfers/" + Id + "/review", Id)]
    [InlineData("imports/" + Id, Id)]
    [InlineData("imports/unverified-" + Id, "unverified-" + Id)]
    [InlineData("transfers/" + Id + "\n", "")]
    [InlineData("transfers/0197A0E8C1D27B3E9F4455667788990A", "")]
    [InlineData("imports/lab", "")]
    [InlineData("lab/sums@1", "")]
    [InlineData("", "")]
    public void Only_names_of_transfers_and_imports_give_an_id(string name, string id)
    {
        Assert.Equal(id, RequestedTransfer.IdOf(new GetTransferRequest { Name = name }));
        Assert.Equal(id, RequestedTransfer.IdOf(new GetImportRequest { Name = name }));
    }

    [Fact]
    public void A_request_without_a_name_gives_none() => Assert.Equal("", RequestedTransfer.IdOf(new ListLanesRequest()));
}
