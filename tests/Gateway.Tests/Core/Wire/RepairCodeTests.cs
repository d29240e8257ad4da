using System.Text.Json;
using CsCheck;
using Gateway.Core;
using Gateway.Core.Wire;
using Xunit;

namespace Gateway.Tests.Core.Wire;

public sealed class RepairCodeTests
{
    private const string Lane = "lane-1";

    private static readonly LaneKey Key = LaneKey.Generate();

    private static readonly Gen<BlockRanges> Missing = Gen.Select(Gen.Long[0, 9000], Gen.Long[1, 90], (first, count) => new BlockRange(first, count))
        .Array[1, 30].Select(BlockRanges.Of);

    private static readonly Gen<RepairTransfer> Transfer = Gen.Select(
        Gen.Byte.Array[16].Select(Convert.ToHexStringLower), Gen.Int[1, 1 << 20], Gen.Long[9100, 1 << 26], Missing,
        (id, payload, blocks, missing) => new RepairTransfer(id, payload, blocks, missing));

    private static readonly Gen<RepairRequest> Request = Gen.Select(
        Gen.ULong[1, 1UL << 40].Array[0, 6].Select(sessions => sessions.Distinct().Order().ToArray()),
        Transfer.Array[0, 4].Select(transfers => transfers.DistinctBy(t => t.TransferId).ToArray()),
        (sessions, transfers) => new RepairRequest(sessions, transfers).Fitting()).Where(request => !request.IsEmpty);

    [Fact]
    public void A_code_is_read_back_as_it_was_made_and_made_again_as_it_was_read() =>
        Gen.Select(Request, Gen.Bool).Sample((request, keyed) =>
        {
            var key = keyed ? Key : null;
            var made = RepairCode.Make(Lane, key, request);
            var read = Parse(made.Text);
            AssertSame(request, read.Request);
            Assert.Null(read.Objection(Lane, key));
            Assert.Equal(made.Text, RepairCode.Make(Lane, key, read.Request).Text);
        });

    [Fact]
    public void Any_flipped_bit_of_a_code_is_found() =>
        Gen.Select(Request, Gen.Int[0, 1 << 20]).Sample((request, where) =>
        {
            var bytes = Bytes(RepairCode.Make(Lane, Key, request));
            bytes[where % bytes.Length] ^= (byte)(1 << (where % 8));
            Assert.Equal(RefusalCode.RepairCodeDamaged, RepairCode.Parse(CheckedGroups.Write(bytes)).Refusal?.Code);
        });

    [Fact]
    public void What_nobody_writes_is_refused_and_never_throws() =>
        Gen.Byte.Array[0, 60].Sample(content =>
        {
            byte[] body = [1, .. new byte[8], .. content];
            byte[] bytes = [.. body, .. System.Security.Cryptography.SHA256.HashData(body)[..4]];
            if (RepairCode.Parse(CheckedGroups.Write(bytes)).Succeeded(out var code, out _))
            {
                Assert.Equal(Bytes(RepairCode.Make(Lane, null, code.Request))[9..^4], content);
            }
        });

    [Fact]
    public void Only_the_lane_and_the_key_that_it_was_made_for_take_it()
    {
        var request = new RepairRequest([7], []);
        var code = Parse(RepairCode.Make(Lane, Key, request).Text);
        Assert.Null(code.Objection(Lane, Key));
        Assert.Equal(RefusalCode.RepairCodeForeign, code.Objection("lane-2", Key)?.Code);
        Assert.Equal(RefusalCode.RepairCodeForeign, code.Objection(Lane, null)?.Code);
        Assert.StartsWith($"made with key {Key.IdFor(Lane):x8}, ", code.Objection(Lane, LaneKey.Generate())?.Detail, StringComparison.Ordinal);
        Assert.Equal(RefusalCode.RepairCodeForeign, Parse(RepairCode.Make(Lane, null, request).Text).Objection(Lane, Key)?.Code);
    }

    [Fact]
    public void What_was_changed_by_somebody_without_the_key_is_refused()
    {
        var bytes = Bytes(RepairCode.Make(Lane, Key, new RepairRequest([7], [])));
        bytes[10] = 9;
        System.Security.Cryptography.SHA256.HashData(bytes.AsSpan(..^4))[..4].CopyTo(bytes.AsSpan(^4));
        var forged = Parse(CheckedGroups.Write(bytes));
        Assert.Equal([9UL], forged.Request.MissingSessions);
        Assert.Equal("not made by a holder of its key", forged.Objection(Lane, Key)?.Detail);
    }

    [Fact]
    public void A_request_is_cut_to_what_one_code_holds_and_the_next_one_asks_for_the_rest()
    {
        var everyOther = BlockRanges.Of(Enumerable.Range(0, 5000).Select(i => new BlockRange(1000 + (2L * i), 1)));
        var left = everyOther;
        var codes = 0;
        while (left.Blocks > 0)
        {
            var fitting = new RepairRequest([], [new(WireSession.TransferId, 1000, 1 << 20, left)]).Fitting();
            var code = RepairCode.Make(Lane, Key, fitting);
            Assert.InRange(code.Text.Count(c => c != '-'), 1, RepairCode.MaximumSymbols);
            left = BlockRanges.Of(left.Ranges.Skip(fitting.Transfers[0].Missing.Ranges.Count));
            codes++;
        }

        Assert.InRange(codes, 10, 20);
    }

    [Fact]
    public void As_many_bytes_as_the_cap_says_fit_into_the_symbols_that_it_says()
    {
        Assert.InRange(CheckedGroups.SymbolsOf(RepairCode.MaximumBytes), 1, RepairCode.MaximumSymbols);
        Assert.True(CheckedGroups.SymbolsOf(RepairCode.MaximumBytes + 1) > RepairCode.MaximumSymbols);
    }

    [Fact]
    public void Codes_follow_the_vectors()
    {
        foreach (var vector in Vectors.Cases("wire/repair.json"))
        {
            var request = new RepairRequest(
                [.. Ranges(vector.GetProperty("sessions")).Ranges.SelectMany(r => Enumerable.Range(0, (int)r.Count).Select(i => (ulong)(r.First + i)))],
                [
                    .. vector.GetProperty("transfers").EnumerateArray().Select(t => new RepairTransfer(
                        t.Text("id"), t.GetProperty("payloadBytes").GetInt32(), t.GetProperty("blocks").GetInt64(), Ranges(t.GetProperty("missing")))),
                ]);
            var key = vector.GetProperty("key").GetString() is { } text && LaneKey.Parse(text).Succeeded(out var parsed, out _) ? parsed : null;
            var code = RepairCode.Make(vector.Text("lane"), key, request);
            Assert.Equal(vector.Text("hex"), Convert.ToHexStringLower(Bytes(code)));
            Assert.Equal(vector.Text("text"), code.Text);
            AssertSame(request, Parse(vector.Text("text")).Request);
        }
    }

    private static BlockRanges Ranges(JsonElement ranges) =>
        BlockRanges.Of(ranges.EnumerateArray().Select(r => new BlockRange(r[0].GetInt64(), r[1].GetInt64() - r[0].GetInt64() + 1)));

    private static byte[] Bytes(RepairCode code) => CheckedGroups.Read(code.Text, RepairCode.MaximumBytes).Succeeded(out var bytes, out _) ? bytes : [];

    private static RepairCode Parse(string text)
    {
        Assert.True(RepairCode.Parse(text).Succeeded(out var code, out var refusal), $"{refusal}");
        return code;
    }

    private static void AssertSame(RepairRequest expected, RepairRequest actual)
    {
        Assert.Equal(expected.MissingSessions, actual.MissingSessions);
        Assert.Equal(expected.Transfers, actual.Transfers);
    }
}
