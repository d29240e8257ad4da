using System.Text;
using Gateway.Protocol.Low.V1;
using Gateway.SystemTests.Attacks;
using Google.Protobuf;
using Xunit;
using State = Gateway.Protocol.Low.V1.Transfer.Types.State;

namespace Gateway.SystemTests.BadInput;

/// <summary>
/// Manifests that `gateway submit` would never make, signed by an engineer all the same and handed to the low side. Each is refused and the
/// upload is kept: the honest manifest of the same transfer is accepted after it.
/// </summary>
[Collection(nameof(BothSides))]
public sealed class ManifestTests(BothSides sides)
{
    [Theory]
    [InlineData("../rows.jsonl")]
    [InlineData("a/../rows.jsonl")]
    [InlineData("/rows.jsonl")]
    [InlineData("a//rows.jsonl")]
    [InlineData("rows\\u0000.jsonl")]
    [InlineData("rows\\u0001.jsonl")]
    [InlineData("a\\\\rows.jsonl")]
    [InlineData("rows\u202E.jsonl")]
    [InlineData("rowse\u0301.jsonl")]
    [InlineData("current")]
    [InlineData("s/_Success")]
    [InlineData("s/.gateway/x")]
    public Task A_path_that_leaves_the_artifact_or_deceives(string path) =>
        RefusedAsync("PATH_INVALID", honest => honest with { ManifestPayload = p => Replace(p, "\"rows.jsonl\"", $"\"{path}\"") });

    [Fact]
    public Task A_name_of_256_bytes() =>
        RefusedAsync("PATH_INVALID", honest => honest with { ManifestPayload = p => Replace(p, "\"rows.jsonl\"", $"\"{new string('r', 256)}\"") });

    [Fact]
    public Task Two_paths_that_differ_in_case_only() =>
        RefusedAsync("PATH_COLLISION", honest => honest with { ManifestPayload = p => Replace(p, "\"rows.jsonl\"", "\"readme.md\"") });

    [Fact]
    public Task An_unknown_member() =>
        RefusedAsync("DOCUMENT_INVALID", honest => honest with { ManifestPayload = p => Replace(p, "\"class\":", "\"override\":true,\"class\":") });

    [Fact]
    public Task A_duplicate_member() =>
        RefusedAsync("DOCUMENT_INVALID", honest => honest with { ManifestPayload = p => Replace(p, "\"class\":", "\"class\":\"internal\",\"class\":") });

    [Fact]
    public Task An_envelope_with_an_unknown_member() => RefusedAsync("ENVELOPE_INVALID", h => h, e => Replace(e, "{\"payload\"", "{\"extra\":1,\"payload\""));

    [Fact]
    public Task An_envelope_with_a_duplicate_member() =>
        RefusedAsync("ENVELOPE_INVALID", h => h, e => Replace(e, "{\"payload\"", "{\"payload\":\"e30=\",\"payload\""));

    [Fact]
    public Task An_envelope_with_10000_signatures() => RefusedAsync(
        "TOO_MANY_SIGNATURES",
        h => h,
        e => Replace(e, "\"signatures\":[", "\"signatures\":[" + string.Concat(Enumerable.Repeat("{\"keyid\":\"\",\"sig\":\"AAAA\"},", 10_000))));

    [Fact]
    public Task A_class_other_than_the_transfer_was_created_for() => RefusedAsync("CLASS_MISMATCH", honest => honest with { Class = "made-up" });

    private async Task RefusedAsync(string code, Func<HostileTransfer, HostileTransfer> spoil, Func<byte[], byte[]>? envelope = null)
    {
        var honest = sides.Honest();
        var transfer = await sides.UploadByHandAsync(honest);
        var spoilt = spoil(honest).Build().Content.ManifestEnvelope.ToArray();
        Assert.Equal(code, await Refused.ByAsync(() => HandOverAsync(transfer.Name, envelope is null ? spoilt : envelope(spoilt))));
        await HandOverAsync(transfer.Name, honest.Build().Content.ManifestEnvelope);
        await sides.ReachAsync(transfer.Name, State.AwaitingApproval);
    }

    private async Task<Transfer> HandOverAsync(string name, ReadOnlyMemory<byte> envelope)
    {
        using var call = sides.Alice.SubmitTransfer();
        await call.RequestStream.WriteAsync(
            new SubmitTransferRequest { Name = name, RequestId = Guid.NewGuid().ToString(), ManifestEnvelope = ByteString.CopyFrom(envelope.Span) });
        await call.RequestStream.CompleteAsync();
        return await call.ResponseAsync;
    }

    private static byte[] Replace(byte[] text, string old, string with)
    {
        var before = Encoding.UTF8.GetString(text);
        Assert.Contains(old, before, StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(before.Replace(old, with, StringComparison.Ordinal));
    }
}
