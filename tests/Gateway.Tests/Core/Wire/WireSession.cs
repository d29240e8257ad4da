using Gateway.Core.Wire;
using Xunit;

namespace Gateway.Tests.Core.Wire;

/// <summary>A session and its datagrams, as a low side makes them.</summary>
internal sealed record WireSession(SessionHeader Header, byte[] Artifact)
{
    public const string TransferId = "0190a0b0c0d0e0f00102030405060708";

    public static FecGeometry Geometry(int data, int parity, int symbolBytes, int interleave)
    {
        Assert.True(FecGeometry.Create(data, parity, symbolBytes, interleave).Succeeded(out var geometry, out _));
        return geometry;
    }

    public static WireSession Of(int artifactBytes, FecGeometry geometry, ulong session = 1, string transferId = TransferId, int documentBytes = 300)
    {
        var random = new Random(artifactBytes + (int)session);
        var artifact = new byte[artifactBytes];
        random.NextBytes(artifact);
        var document = new byte[documentBytes];
        random.NextBytes(document);
        return new(new("lane-1", session, geometry, new(transferId, artifactBytes, document, document, document)), artifact);
    }

    public async Task<List<byte[]>> DatagramsAsync(int headerRepeats = 1, LaneKey? key = null, uint epoch = 1)
    {
        using var sealer = new DatagramSealer(Header.Lane, key, new(epoch));
        Assert.True(SessionEncoder.Create(Header).Succeeded(out var encoder, out _));
        var datagrams = new List<byte[]>();
        await foreach (var datagram in encoder.DatagramsAsync(ByteSource.Of(Artifact), headerRepeats, sealer, TestContext.Current.CancellationToken))
        {
            datagrams.Add(datagram.ToArray());
        }

        return datagrams;
    }
}
