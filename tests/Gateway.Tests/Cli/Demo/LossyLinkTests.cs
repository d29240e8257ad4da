using System.Net;
using System.Net.Sockets;
using Gateway.Cli.Demo;
using Xunit;

namespace Gateway.Tests.Cli.Demo;

public sealed class LossyLinkTests
{
    private const int Sent = 2000;

    [Theory]
    [InlineData(0.0, 0, 0)]
    [InlineData(1.0, Sent, Sent)]
    [InlineData(0.1, Sent / 20, Sent / 5)]
    public void It_loses_about_the_stated_share_and_hands_over_the_rest_unchanged(double loss, int atLeast, int atMost)
    {
        using var receiver = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0)) { Client = { ReceiveBufferSize = 4 << 20, ReceiveTimeout = 10_000 } };
        using var link = new LossyLink(loss, seed: 7);
        link.Start((IPEndPoint)receiver.Client.LocalEndPoint!);
        using var sender = new UdpClient();
        var received = 0;
        for (var i = 0; i < Sent; i++)
        {
            sender.Send(BitConverter.GetBytes(i), link.Entry);
            SpinWait.SpinUntil(() => link.Datagrams == i + 1, TimeSpan.FromSeconds(10));
        }

        IPEndPoint? from = null;
        for (var last = -1; received < Sent - link.Dropped; received++)
        {
            var number = BitConverter.ToInt32(receiver.Receive(ref from));
            Assert.True(number > last);
            last = number;
        }

        Assert.Equal(Sent, link.Datagrams);
        Assert.InRange(link.Dropped, atLeast, atMost);
        Assert.Equal(Sent - link.Dropped, received);
    }
}
