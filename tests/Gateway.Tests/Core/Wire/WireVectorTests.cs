using System.Globalization;
using System.Text.Json;
using Gateway.Core.Wire;
using Xunit;

namespace Gateway.Tests.Core.Wire;

/// <summary>What another implementation must compute bit by bit. Parity and datagrams were computed by another program than this one.</summary>
public sealed class WireVectorTests
{
    [Fact]
    public void Parity_follows_the_vectors()
    {
        foreach (var vector in Vectors.Cases("wire/reed-solomon.json"))
        {
            var (data, parity, bytes) = (Number(vector, "dataSymbols"), Number(vector, "paritySymbols"), Number(vector, "symbolBytes"));
            var block = new byte[(data + parity) * bytes];
            Convert.FromHexString(vector.Text("data")).CopyTo(block, 0);

            ReedSolomon.Encode(block, data, parity, bytes);

            var computed = block.AsSpan(data * bytes);
            var expected = vector.TryGetProperty("parity", out var hex) ? hex.GetString() : vector.Text("paritySha256");
            Assert.Equal(expected, vector.TryGetProperty("parity", out _) ? Convert.ToHexStringLower(computed) : Gateway.Core.Digest.Of(computed).Hex);
        }
    }

    [Fact]
    public void Datagrams_are_read_or_not_as_the_vectors_say()
    {
        foreach (var vector in Vectors.Cases("wire/datagrams.json"))
        {
            var bytes = Convert.FromHexString(vector.Text("hex"));
            var expected = vector.GetProperty("expect");
            Assert.True(Datagram.TryRead(bytes, out var read) == (expected.ValueKind != JsonValueKind.Null), vector.Text("name"));
            if (expected.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            Assert.Equal(expected.Text("kind"), read.Kind.ToString(), ignoreCase: true);
            Assert.Equal(expected.GetProperty("laneTag").GetUInt32(), read.LaneTag);
            Assert.Equal(expected.GetProperty("session").GetUInt64(), read.Session);
            if (read.Kind is DatagramKind.Header or DatagramKind.Data)
            {
                var geometry = WireSession.Geometry(
                    Number(expected, "dataSymbols"), Number(expected, "paritySymbols"), Number(expected, "symbolBytes"), Number(expected, "interleave"));
                Assert.Equal(geometry, read.Geometry);
                Assert.Equal(
                    (Number(expected, "block"), Number(expected, "streamBytes"), Number(expected, "symbol")),
                    ((int)read.Block, (int)read.StreamBytes, read.Symbol));
            }
        }
    }

    [Fact]
    public void Session_headers_are_read_or_not_as_the_vectors_say_and_written_as_the_newest_version()
    {
        foreach (var vector in Vectors.Cases("wire/session-headers.json"))
        {
            var bytes = Convert.FromHexString(vector.Text("hex"));
            var expected = vector.GetProperty("expect");
            Assert.True(SessionHeader.Parse(bytes).Succeeded(out var read, out _) == (expected.ValueKind != JsonValueKind.Null), vector.Text("name"));
            if (read is null)
            {
                continue;
            }

            Assert.Equal(WireSession.Geometry(8, 4, 64, 4), read.Geometry);
            Assert.Equal(
                (expected.Text("lane"), expected.GetProperty("session").GetUInt64(), expected.Text("transferId"), expected.GetProperty("totalBytes").GetInt64()),
                (read.Lane, read.Session, read.Content.TransferId, read.TotalBytes));
            Assert.Equal(expected.GetProperty("earlier").EnumerateArray().Select(range => new SessionRange(range[0].GetUInt64(), range[1].GetUInt64())), read.Earlier);
            Assert.Equal(
                expected.GetProperty("documents").EnumerateArray().Select(document => document.GetString()),
                new[] { read.Content.ReleaseEnvelope, read.Content.ManifestEnvelope, read.Content.InspectionEnvelope }.Select(d => Convert.ToHexStringLower(d.Span)));
            Assert.True(read.ToBytes().Succeeded(out var written, out _));
            Assert.Equal(bytes[4] == 2, written.AsSpan().SequenceEqual(bytes));
        }
    }

    [Fact]
    public void Seals_and_lane_tags_follow_the_vectors()
    {
        foreach (var vector in Vectors.Cases("wire/seals.json"))
        {
            byte[] content = [.. Convert.FromHexString(vector.Text("covered")), .. new byte[BlockSeal.Bytes]];
            var kind = Enum.Parse<DatagramKind>(vector.Text("kind"), ignoreCase: true);
            var (session, block) = (vector.GetProperty("session").GetUInt64(), vector.GetProperty("block").GetUInt64());

            BlockSeal.Write(content, kind, session, block);

            Assert.Equal(vector.Text("seal"), Convert.ToHexStringLower(content.AsSpan(^BlockSeal.Bytes..)));
            Assert.True(BlockSeal.Fits(content, kind, session, block));
        }

        foreach (var vector in Vectors.Cases("wire/lane-tags.json"))
        {
            Assert.Equal(uint.Parse(vector.Text("tag"), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), Datagram.TagOf(vector.Text("lane")));
        }
    }

    [Fact]
    public void Packed_blocks_unpack_or_not_as_the_vectors_say()
    {
        foreach (var vector in Vectors.Cases("wire/weight-planes.json"))
        {
            var payload = new byte[Number(vector, "payloadBytes")];
            var expected = vector.GetProperty("payload");

            var unpacked = WeightPlanes.TryUnpack(Convert.FromHexString(vector.Text("packed")), payload);

            Assert.True(unpacked == (expected.ValueKind != JsonValueKind.Null), vector.Text("name"));
            Assert.True(!unpacked || Convert.ToHexStringLower(payload) == expected.GetString(), vector.Text("name"));
        }
    }

    [Fact]
    public void The_least_parity_is_that_of_the_vectors()
    {
        foreach (var vector in Vectors.Cases("wire/block-parity.json"))
        {
            Assert.Equal(
                Number(vector, "paritySymbols"),
                BlockParity.Least(Number(vector, "dataSymbols"), Number(vector, "outageShare"), vector.GetProperty("randomLoss").GetDouble(), atLeast: 1));
        }
    }

    private static int Number(JsonElement vector, string member) => vector.GetProperty(member).GetInt32();
}
