using Gateway.Cli.Contexts;
using Gateway.Cli.Services;
using Gateway.Cli.Signing;
using Gateway.Cli.Terminal;
using Gateway.Cli.Transfers;
using Gateway.Core;
using Gateway.Core.Inspection;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;
using Gateway.Protocol.Low.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Gateway.Cli.Submit;

/// <summary>Takes a submission to the low side: create, upload, sign, hand over.</summary>
internal sealed class Submitter(CommandEnvironment environment, GatewayContext context, string? keyFile)
{
    /// <summary>Bytes of the manifest in one message, as the protocol allows.</summary>
    private const int ManifestPartBytes = 256 * 1024;

    /// <summary>Earlier transfers of the same request that ended badly before a person should look.</summary>
    private const int MaximumAttempts = 1000;

    /// <summary>Shows what would cross and lets the service check it.</summary>
    public async Task PlanAsync(Submission submission, bool json, CancellationToken cancel)
    {
        using var channel = ServiceChannel.Low(context);
        await new TransferService.TransferServiceClient(channel)
            .CreateTransferAsync(submission.ToRequest(Guid.NewGuid(), validateOnly: true), cancellationToken: cancel);
        SubmitScreen.Plan(environment.Screen, submission, json);
    }

    /// <summary>Submits; returns when the low side has the signed manifest, or with <paramref name="wait"/> when it is done with the transfer.</summary>
    public async Task SubmitAsync(Submission submission, bool wait, bool json, CancellationToken cancel)
    {
        using var key = SigningKeyFile.Open(environment, context, keyFile);
        using var channel = ServiceChannel.Low(context);
        var service = new TransferService.TransferServiceClient(channel);
        var transfer = await OpenAsync(service, submission, cancel);
        if (transfer.State == Transfer.Types.State.Uploading)
        {
            transfer = await UploadAsync(service, submission, transfer, key, cancel);
        }

        if (wait)
        {
            if (!json)
            {
                environment.Screen.Line($"{transfer.Name} {submission.Artifact}");
            }

            transfer = await TransferFollower.FollowAsync(service, transfer.Name, environment, printChanges: !json, cancel);
        }

        if (json || !wait)
        {
            TransferScreen.Show(environment.Screen, transfer, json);
        }

        if (wait)
        {
            TransferFollower.StopUnlessSent(transfer);
        }
    }

    private async Task<Transfer> OpenAsync(TransferService.TransferServiceClient service, Submission submission, CancellationToken cancel)
    {
        for (var attempt = 0; attempt < MaximumAttempts; attempt++)
        {
            var request = submission.ToRequest(submission.RequestId(attempt), validateOnly: false);
            var transfer = await Outage.OutlastAsync(
                async () => await service.CreateTransferAsync(request, cancellationToken: cancel), environment.Time, cancel);
            if (!TransferFollower.IsFinal(transfer.State) || transfer.State == Transfer.Types.State.SentUnconfirmed)
            {
                return transfer;
            }
        }

        throw CommandStop.Usage($"{submission.Artifact} was submitted and refused {MaximumAttempts} times");
    }

    private async Task<Transfer> UploadAsync(
        TransferService.TransferServiceClient service, Submission submission, Transfer transfer, SigningKey key, CancellationToken cancel)
    {
        IReadOnlyList<Digest> digests = [];
        await ProgressBars.RunAsync(environment, async bars =>
        {
            var total = submission.Tree.TotalBytes;
            var upload = new ArtifactUpload(
                service, submission.Tree, transfer.Name, environment.Time, done => bars.Set("hashing and uploading", done, total));
            var uploaded = await upload.RunAsync(transfer.StagedBytes, cancel);
            if (uploaded.Refusal?.Code == RefusalCode.FileChanged)
            {
                // What is staged is of no file any more, and would keep the name and version from the submission that follows.
                await service.CancelTransferAsync(new CancelTransferRequest { Name = transfer.Name }, cancellationToken: cancel);
            }

            digests = uploaded.OrStop();
        });

        var head = new ManifestHead(
            submission.Artifact, submission.Class, transfer.Submitter, submission.Purpose, submission.Licence, submission.Source);
        var files = submission.Tree.Files.Zip(
            digests, (file, digest) => new ManifestFile(file.Path, file.Status.Bytes, digest, FormatGuess.FromName(file.Path.Value).Name()) { Schema = submission.Schemas.For(file.Path) });
        var manifest = Manifest.Create(head, files).OrStop();
        var envelope = Envelope.Sign(manifest.ToPayload(), key).ToBytes();
        var requestId = Guid.NewGuid();
        return await Outage.OutlastAsync(() => HandOverAsync(service, transfer.Name, requestId, envelope, cancel), environment.Time, cancel);
    }

    private static async Task<Transfer> HandOverAsync(
        TransferService.TransferServiceClient service, string name, Guid requestId, byte[] envelope, CancellationToken cancel)
    {
        using var call = service.SubmitTransfer(cancellationToken: cancel);
        try
        {
            for (var offset = 0; offset < envelope.Length; offset += ManifestPartBytes)
            {
                var part = envelope.AsMemory(offset, Math.Min(ManifestPartBytes, envelope.Length - offset));
                await call.RequestStream.WriteAsync(
                    new SubmitTransferRequest
                    {
                        Name = offset == 0 ? name : string.Empty,
                        RequestId = offset == 0 ? requestId.ToString() : string.Empty,
                        ManifestEnvelope = UnsafeByteOperations.UnsafeWrap(part),
                    },
                    cancel);
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (Exception e) when (e is RpcException or IOException)
        {
            // The service hung up: its answer says why, the failed write does not.
        }

        return await call.ResponseAsync;
    }
}
