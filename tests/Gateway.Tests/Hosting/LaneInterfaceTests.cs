using System.Net;
using Gateway.Hosting.Configuration;
using Xunit;

namespace Gateway.Tests.Hosting;

public sealed class LaneInterfaceTests
{
    private static readonly InterfaceAddress[][] Machine =
    [
        [new(IPAddress.Parse("127.0.0.1"), 8), new(IPAddress.Parse("::1"), 128)],
        [new(IPAddress.Parse("10.0.0.1"), 30), new(IPAddress.Parse("10.7.0.1"), 24), new(IPAddress.Parse("fd00:1::1"), 64)],
        [new(IPAddress.Parse("192.168.5.20"), 20)],
    ];

    [Theory]
    [InlineData("0.0.0.0", "10.0.0.1", "every interface")]
    [InlineData("::", "10.0.0.1", "every interface")]
    [InlineData("::ffff:0.0.0.0", "10.0.0.1", "every interface")]
    [InlineData("0.0.0.0", "172.16.0.9", "every interface")]
    [InlineData("10.0.0.1", "10.0.0.1", "address of the lane")]
    [InlineData("::ffff:10.0.0.1", "10.0.0.1", "address of the lane")]
    [InlineData("172.16.0.9", "172.16.0.9", "address of the lane")]
    [InlineData("10.7.0.1", "10.0.0.1", "on the interface")]
    [InlineData("10.7.0.1", "10.0.0.2", "on the interface")]
    [InlineData("fd00:1::1", "10.0.0.2", "on the interface")]
    [InlineData("10.0.0.1", "fd00:1::2", "on the interface")]
    [InlineData("192.168.5.20", "192.168.15.255", "on the interface")]
    public void Service_on_the_interface_of_a_lane_is_objected_to(string listen, string lane, string objection) =>
        Assert.Contains(objection, LaneInterface.Objection(IPAddress.Parse(listen), IPAddress.Parse(lane), Machine), StringComparison.Ordinal);

    [Theory]
    [InlineData("127.0.0.1", "10.0.0.1")]
    [InlineData("192.168.5.20", "10.0.0.2")]
    [InlineData("10.7.0.1", "192.168.5.20")]
    [InlineData("192.168.5.20", "192.168.16.1")]
    [InlineData("10.0.0.1", "172.16.0.9")]
    [InlineData("0.0.0.0", "127.0.0.1")]
    [InlineData("127.0.0.1", "::1")]
    public void Service_elsewhere_and_any_service_beside_a_lane_on_the_loopback_is_not(string listen, string lane) =>
        Assert.Null(LaneInterface.Objection(IPAddress.Parse(listen), IPAddress.Parse(lane), Machine));
}
