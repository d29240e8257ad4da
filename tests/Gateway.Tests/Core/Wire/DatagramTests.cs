using CsCheck;
using Gateway.Core.Wire;
using Xunit;

namespace Gateway.Tests.Core.Wire;

public sealed class DatagramTests
{
    private static readonly Gen<FecGeometry> Geometries =
        from data in Gen.Int[1, 254]
        from parity in Gen.Int[1, 255 - data]
        from bytes in Gen.Int[64, 1500]
        from interleave in Gen.Int[1, 100]
        select WireSession.Geometry(data, parity, bytes, interleave);

    private static readonly Gen<Datagram> Symbols =
        from geometry in Geometries
        from streamBytes in Gen.Long[1, 1L << 30]
        from block in Gen.Long[0, geometry.BlocksOf(streamBytes) - 1]
        from symbol in Gen.Int[0, geometry.DataSymbolsOf(streamBytes, block) + geometry.ParitySymbols - 1]
        from session in Gen.ULong[1, ulong.MaxValue]
        from tag in Gen.UInt
        from isHeader in Gen.Bool
        select Datagram.Of(isHeader ? DatagramKind.Header : DatagramKind.Data, tag, session, geometry, streamBytes, block, symbol);

    private static readonly Gen<Datagram> PackedSymbols =
        from geometry in Geometries.Where(g => g.PayloadBytes > 0)
        from packedBytes in Gen.Int[1, geometry.PayloadBytes]
        from block in Gen.Long[0, FecGeometry.MaximumBlocks - 1]
        from symbol in Gen.Int[0, geometry.DataSymbolsOfPacked(packedBytes) + geometry.ParitySymbols - 1]
        from session in Gen.ULong[1, ulong.MaxValue]
        from tag in Gen.UInt
        select Datagram.OfPacked(tag, session, geometry, packedBytes, block, symbol);

    [Fact]
    public void A_symbol_is_read_back_as_it_was_written() =>
        Gen.OneOf(Symbols, PackedSymbols).Sample(written => Assert.True(Datagram.TryRead(Bytes(written), out var read) && read == written));

    [Fact]
    public void A_packed_block_has_the_symbols_that_its_content_and_seal_need() =>
        PackedSymbols.Sample(d => Assert.InRange(
            d.DataSymbols * d.Geometry.SymbolBytes - d.PackedBytes - BlockSeal.Bytes, 0, d.Geometry.SymbolBytes - 1));

    [Fact]
    public void Whatever_is_read_has_one_spelling_and_is_within_its_block() =>
        Gen.Select(Symbols, Gen.Int[0, Datagram.SequenceOffset - 1], Gen.Byte).Sample((datagram, at, value) =>
        {
            var bytes = Bytes(datagram);
            bytes[at] = value;
            if (Datagram.TryRead(bytes, out var read))
            {
                Assert.Equal(bytes, Bytes(read));
                Assert.InRange(read.Symbol, 0, read.DataSymbols + read.Geometry.ParitySymbols - 1);
                Assert.InRange(read.Block, 0, read.Kind == DatagramKind.Packed ? FecGeometry.MaximumBlocks - 1 : read.Geometry.BlocksOf(read.StreamBytes) - 1);
            }
        });

    [Fact]
    public void A_stream_has_the_blocks_that_division_says_and_each_the_symbols() =>
        Gen.Select(Geometries, Gen.Long[0, 1 << 26], Gen.Int[-2, 2], Gen.Int[-1, 1]).Sample((geometry, whole, around, beside) =>
        {
            var streamBytes = Math.Clamp(whole * geometry.PayloadBytes + beside, 0, FecGeometry.MaximumBlocks * geometry.PayloadBytes);
            foreach (var block in new[] { geometry.BlocksOf(streamBytes) + around, 0, -1, long.MinValue, long.MaxValue })
            {
                Assert.Equal(block >= 0 && block < geometry.BlocksOf(streamBytes), geometry.HasBlock(streamBytes, block));
                if (geometry.HasBlock(streamBytes, block))
                {
                    var symbols = (geometry.PayloadOf(streamBytes, block) + BlockSeal.Bytes + geometry.SymbolBytes - 1) / geometry.SymbolBytes;
                    Assert.Equal(symbols, geometry.DataSymbolsOf(streamBytes, block));
                }
            }
        });

    [Fact]
    public void One_byte_more_or_less_is_no_datagram() =>
        Symbols.Sample(datagram =>
        {
            var bytes = Bytes(datagram);
            Assert.False(Datagram.TryRead(bytes.AsSpan(0, bytes.Length - 1), out _));
            Assert.False(Datagram.TryRead([.. bytes, 0], out _));
        });

    [Fact]
    public void Bytes_of_any_kind_and_length_are_read_or_not_without_an_exception() =>
        Gen.Byte.Array[0, 100].Sample(bytes =>
        {
            _ = Datagram.TryRead(bytes, out _);
            for (byte version = 0; version < 4; version++)
            {
                _ = Datagram.TryRead([(byte)'G', (byte)'W', (byte)'L', version, .. bytes], out _);
            }
        });

    [Fact]
    public void Heartbeat_and_end_carry_nothing_else()
    {
        using var sealer = new DatagramSealer("lane-1", null, new(1));
        var heartbeat = SessionEncoder.Heartbeat("lane-1", 7, sealer);
        Assert.True(Datagram.TryRead(heartbeat, out var read));
        Assert.Equal((DatagramKind.Heartbeat, 7UL, Datagram.TagOf("lane-1")), (read.Kind, read.Session, read.LaneTag));
        for (var at = 24; at < Datagram.SequenceOffset; at++)
        {
            var changed = (byte[])heartbeat.Clone();
            changed[at] = 1;
            Assert.False(Datagram.TryRead(changed, out _));
        }
    }

    [Theory]
    [InlineData(0, 1, 64, 1)]
    [InlineData(1, 0, 64, 1)]
    [InlineData(200, 56, 64, 1)]
    [InlineData(1, 1, 63, 1)]
    [InlineData(1, 1, 65_436, 1)]
    [InlineData(1, 1, 64, 0)]
    [InlineData(1, 1, 64, 1025)]
    [InlineData(192, 20, 8932, 64)]
    public void A_geometry_beyond_its_limits_is_refused(int data, int parity, int bytes, int interleave)
    {
        Assert.False(FecGeometry.Create(data, parity, bytes, interleave).Succeeded(out _, out var refusal));
        Assert.Equal(Gateway.Core.RefusalCode.HeaderInvalid, refusal.Code);
    }

    private static byte[] Bytes(Datagram datagram)
    {
        var bytes = new byte[Datagram.HeaderBytes + datagram.Geometry.SymbolBytes];
        datagram.Write(bytes);
        return bytes;
    }
}
