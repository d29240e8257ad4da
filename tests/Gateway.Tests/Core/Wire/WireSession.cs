using System.Buffers.Binary;
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

    /// <summary>A session of whole blocks of weights, which pack well.</summary>
    public static WireSession Packable(int blocks, FecGeometry geometry)
    {
        var session = Of(blocks * geometry.PayloadBytes, geometry);
        var random = new Random(blocks);
        for (var i = 0; i + 1 < session.Artifact.Length; i += 2)
        {
            // bf16 of values near one another: the high byte says little.
            BinaryPrimitives.WriteUInt16LittleEndian(session.Artifact.AsSpan(i), (ushort)(0x3C00 | random.Next(1 << 9)));
        }

        return session;
    }

    /// <summary>The data with every block packed, without authentication.</summary>
    /// <param name="change">What a bad encoder does to packed content before it is sealed.</param>
    public IEnumerable<(Datagram Datagram, byte[] Symbol)> PackedDatagrams(Action<byte[]>? change = null)
    {
        var geometry = Header.Geometry;
        for (var number = 0L; number < Header.Blocks; number++)
        {
            var block = new byte[geometry.BlockBytes];
            var payload = Artifact.AsSpan((int)number * geometry.PayloadBytes, geometry.PayloadOf(Artifact.Length, number));
            Assert.True(WeightPlanes.TryPack(payload, block.AsSpan(0, geometry.PayloadBytes), out var packedBytes));
            change?.Invoke(block);
            var dataSymbols = geometry.DataSymbolsOfPacked(packedBytes);
            Assert.InRange(dataSymbols, 1, geometry.DataSymbols - 1);
            block.AsSpan(packedBytes, dataSymbols * geometry.SymbolBytes - packedBytes).Clear();
            BlockSeal.Write(block.AsSpan(0, dataSymbols * geometry.SymbolBytes), DatagramKind.Packed, Header.Session, (ulong)number);
            ReedSolomon.Encode(block, dataSymbols, geometry.ParitySymbols, geometry.SymbolBytes);
            for (var symbol = 0; symbol < dataSymbols + geometry.ParitySymbols; symbol++)
            {
                yield return (
                    Datagram.OfPacked(Datagram.TagOf(Header.Lane), Header.Session, geometry, packedBytes, number, symbol),
                    block.AsSpan(symbol * geometry.SymbolBytes, geometry.SymbolBytes).ToArray());
            }
        }
    }
}
