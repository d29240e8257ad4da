using Gateway.Cli.Dev;
using Gateway.Cli.Review;
using Gateway.Cli.Services;
using Gateway.Cli.Signing;
using Gateway.Core.Trust;
using Gateway.Protocol.Low.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Gateway.Cli.Demo;

/// <summary>What must not get in: each attempt, and who refused it with which code.</summary>
internal sealed class Attacks(CommandEnvironment environment, Typist typist, Crossing crossing, RunningSite running, LossyLink link, string scratch)
{
    /// <summary>A checkpoint with a pickle in it is refused by the low side's inspection.</summary>
    public async Task<DemoRefusal> PickleAsync(CancellationToken cancel)
    {
        var directory = Path.Combine(scratch, "pickled");
        SampleArtifacts.WritePickledCheckpoint(directory);
        var submitted = await typist.TypeAsync(
            "engineer",
            [
                "submit", directory, "--name", "demo/pickled", "--version", "1.0", "--kind", "checkpoint", "--to", ThrowawaySite.Enclave,
                "--reason", "should be refused", "--wait",
            ],
            cancel);
        return new DemoRefusal("pickle", "low", submitted.RefusalCode ?? throw new DemoFailure("a pickle was not refused"));
    }

    /// <summary>Somebody who may submit and approve signs their own submission; the client that would stop them is left out.</summary>
    public async Task<DemoRefusal> SelfApprovalAsync(CancellationToken cancel)
    {
        var id = await SubmitSmallAsync("team-lead", "self-approved", cancel);
        var context = running.ContextOf(environment, "team-lead");
        using var channel = ServiceChannel.Low(context);
        var verified = await VerifiedRelease.FetchAsync(channel, context, ResourceName.Transfer(id), environment.Time, cancel);
        using var key = SigningKeyFile.Open(environment, context, file: null);
        var signed = Envelope.Sign(verified.Payload, key);
        try
        {
            await new ApprovalService.ApprovalServiceClient(channel).ApproveTransferAsync(
                new ApproveTransferRequest
                {
                    Name = ResourceName.Transfer(id),
                    RequestId = Guid.NewGuid().ToString(),
                    ReleaseSha256 = verified.Digest.Hex,
                    KeyId = key.Public.KeyId,
                    Signature = ByteString.CopyFrom(signed.Signatures[0].Value.Span),
                    Message = "my own",
                },
                cancellationToken: cancel);
        }
        catch (RpcException e) when (RpcRefusal.Of(e) is { } refusal)
        {
            return new DemoRefusal("self-approval", "low", refusal.Name);
        }

        throw new DemoFailure("a self-approval was not refused");
    }

    /// <summary>A bit of the staged bytes turns over between the two signatures; the low side's last look finds it.</summary>
    public async Task<DemoRefusal> FlippedBitAsync(CancellationToken cancel)
    {
        var id = await SubmitSmallAsync("engineer", "flipped", cancel);
        await crossing.ApproveAsync("approver-1", id, cancel);
        Flip(Path.Combine(running.Site.LowData, "staging", id));
        await crossing.ApproveAsync("approver-2", id, cancel);
        var watched = await typist.TypeAsync("engineer", ["watch", id], cancel);
        return new DemoRefusal("flipped-bit", "low", watched.RefusalCode ?? throw new DemoFailure("a flipped bit was not refused"));
    }

    /// <summary>A release with one approval is pushed onto the lane by a low side that lies; the high side counts for itself.</summary>
    public async Task<DemoRefusal> UnderApprovedAsync(CancellationToken cancel)
    {
        var id = await SubmitSmallAsync("engineer", "under-approved", cancel);
        await crossing.ApproveAsync("approver-1", id, cancel);
        using var channel = ServiceChannel.Low(running.ContextOf(environment, "admin"));
        await new HostileLowSide(running, link.Entry, environment.Time).SendAsync(
            new TransferService.TransferServiceClient(channel), ResourceName.Transfer(id), cancel);
        var code = await crossing.UntilAsync(
            async () =>
            {
                var listed = await typist.MustAsync("admin", ["quarantine", "list"], cancel);
                var quarantined = listed.Document.GetProperty("imports").EnumerateArray().FirstOrDefault();
                return quarantined.ValueKind == System.Text.Json.JsonValueKind.Undefined ? null : quarantined.GetProperty("refusal").GetProperty("code").GetString();
            },
            "the high side to refuse the under-approved release", cancel);
        return new DemoRefusal("under-approved-release", "high", code);
    }

    private async Task<string> SubmitSmallAsync(string context, string name, CancellationToken cancel)
    {
        var directory = Path.Combine(scratch, name);
        SampleArtifacts.WriteSmallDataset(directory);
        return await crossing.SubmitAsync(context, directory, "dataset", $"demo/{name}", "1.0", cancel);
    }

    private static void Flip(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Position = file.Length / 2;
        var octet = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)(octet ^ 1));
        file.Flush(flushToDisk: true);
    }
}
