using CsCheck;
using Gateway.Core;
using Gateway.Core.Wire;
using Xunit;

namespace Gateway.Tests.Core.Wire;

public sealed class SessionHeaderTests
{
    private static readonly Gen<SessionHeader> Headers =
        from lane in Gen.String[Gen.Char['a', 'z'], 1, 20]
        from session in Gen.ULong[1, ulong.MaxValue]
        from id in Gen.Byte.Array[16]
        from totalBytes in Gen.Long[0, 1L << 40]
        from release in Gen.Byte.Array[0, 50]
        from manifest in Gen.Byte.Array[0, 50]
        from inspection in Gen.Byte.Array[0, 50]
        from earlier in Gen.ULong[1, 200].Array[0, 20]
        select new SessionHeader(lane, session, FecGeometry.Default, new(Convert.ToHexStringLower(id), totalBytes, release, manifest, inspection))
        {
            Earlier = SessionRange.Of(earlier.Where(e => e < session)),
        };

    [Fact]
    public void A_header_is_read_back_as_it_was_written() =>
        Headers.Sample(header =>
        {
            Assert.True(SessionHeader.Parse(Bytes(header)).Succeeded(out var read, out _));
            Assert.Equal((header.Lane, header.Session, header.Geometry), (read.Lane, read.Session, read.Geometry));
            Assert.Equal(header.Earlier, read.Earlier);
            Assert.Equal((header.Content.TransferId, header.TotalBytes), (read.Content.TransferId, read.TotalBytes));
            Assert.Equal(header.Content.ReleaseEnvelope.ToArray(), read.Content.ReleaseEnvelope.ToArray());
            Assert.Equal(header.Content.ManifestEnvelope.ToArray(), read.Content.ManifestEnvelope.ToArray());
            Assert.Equal(header.Content.InspectionEnvelope.ToArray(), read.Content.InspectionEnvelope.ToArray());
        });

    [Fact]
    public void Whatever_is_read_has_one_spelling() =>
        Gen.Select(Headers, Gen.Int[0, 100], Gen.Byte).Sample((header, at, value) =>
        {
            var bytes = Bytes(header);
            bytes[Math.Min(at, bytes.Length - 1)] = value;
            if (SessionHeader.Parse(bytes).Succeeded(out var read, out var refusal))
            {
                Assert.Equal(bytes, Bytes(read));
            }
            else
            {
                Assert.Equal(RefusalCode.HeaderInvalid, refusal.Code);
            }
        });

    [Fact]
    public void One_byte_more_or_less_is_refused() =>
        Headers.Sample(header =>
        {
            var bytes = Bytes(header);
            Assert.False(SessionHeader.Parse(bytes.AsMemory(0, bytes.Length - 1)).Succeeded(out _, out _));
            Assert.False(SessionHeader.Parse((byte[])[.. bytes, 0]).Succeeded(out _, out _));
        });

    [Theory]
    [InlineData("", WireSession.TransferId, 1, 1)]
    [InlineData("lane-1", "0190A0B0C0D0E0F00102030405060708", 1, 1)]
    [InlineData("lane-1", "0190", 1, 1)]
    [InlineData("lane-1", WireSession.TransferId, 0, 1)]
    [InlineData("lane-1", WireSession.TransferId, 1, -1)]
    [InlineData("lane-1", WireSession.TransferId, 1, long.MaxValue)]
    public void What_could_not_be_read_back_is_not_written(string lane, string transferId, ulong session, long totalBytes)
    {
        var header = new SessionHeader(lane, session, FecGeometry.Default, new(transferId, totalBytes, default, default, default));
        Assert.False(header.ToBytes().Succeeded(out _, out var refusal));
        Assert.Equal(RefusalCode.HeaderInvalid, refusal.Code);
    }

    [Fact]
    public void More_earlier_sessions_than_a_header_holds_are_not_written()
    {
        var header = new SessionHeader("lane-1", 10_000, FecGeometry.Default, new(WireSession.TransferId, 1, default, default, default))
        {
            Earlier = SessionRange.Of(Enumerable.Range(1, SessionHeader.MaximumEarlier + 1).Select(n => 2 * (ulong)n)),
        };
        Assert.False(header.ToBytes().Succeeded(out _, out var refusal));
        Assert.Equal(RefusalCode.HeaderInvalid, refusal.Code);
    }

    [Fact]
    public void Documents_beyond_the_limit_are_refused_before_anything_is_allocated()
    {
        var huge = new byte[SessionHeader.MaximumBytes / 2];
        var header = new SessionHeader("lane-1", 1, FecGeometry.Default, new(WireSession.TransferId, 1, default, huge, huge));
        Assert.False(header.ToBytes().Succeeded(out _, out var refusal));
        Assert.Equal(RefusalCode.HeaderInvalid, refusal.Code);
    }

    private static byte[] Bytes(SessionHeader header)
    {
        Assert.True(header.ToBytes().Succeeded(out var bytes, out _));
        return bytes;
    }
}
