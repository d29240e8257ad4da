using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;
using Gateway.Hosting.Calls;
using Gateway.Protocol.Low.V1;
using Gateway.Storage;
using Gateway.Storage.Low;
using Google.Protobuf;

namespace Gateway.Low.Submit;

/// <summary>Opens transfers: everything that can be refused before a byte is uploaded is refused here.</summary>
internal sealed class Creation(LowCatalog catalog, StorageRoot storage, TrustRoot root, LowConfiguration configuration, TimeProvider time)
{
    /// <summary>Longest purpose, in characters: a paragraph that an approver reads on one screen.</summary>
    public const int MaximumPurposeLength = 2000;

    /// <summary>Priority where none is given.</summary>
    public const int DefaultPriority = 50;

    /// <summary>Highest priority.</summary>
    public const int MaximumPriority = 100;

    /// <summary>Refuses whatever is wrong with the request, and with <see cref="RefusalCode.VersionTaken"/>, <see cref="RefusalCode.QuotaExceeded"/> or <see cref="RefusalCode.StorageFull"/>.</summary>
    public async Task<Outcome<TransferRecord>> CreateAsync(CreateTransferRequest request, Caller caller, CancellationToken cancellation)
    {
        if (!Check(request, caller).Succeeded(out var transfer, out var refusal))
        {
            return refusal;
        }

        var body = request.Clone();
        body.RequestId = "";
        return await catalog.CreateAsync(
            transfer, (request.RequestId, Digest.Of(body.ToByteArray())), caller.Id, staged => Room(transfer.TotalBytes, staged), request.ValidateOnly, cancellation);
    }

    private Outcome<NewTransfer> Check(CreateTransferRequest request, Caller caller)
    {
        if (!request.Artifact.ToName().Succeeded(out var artifact, out var refusal))
        {
            return refusal;
        }

        var lane = request.Lane.Length == 0 && configuration.Lanes is [var only] ? only.Id : request.Lane;
        refusal = root.Expires <= time.GetUtcNow() ? new Refusal(RefusalCode.TrustRootExpired, $"version {root.Version}")
            : request.Class.Length > 0 && !root.HasClass(request.Class) ? new Refusal(RefusalCode.ClassUnknown, request.Class)
            : !configuration.Destinations.Contains(request.Destination) ? new Refusal(RefusalCode.DestinationUnknown, request.Destination)
            : configuration.Lanes.All(known => known.Id != lane) ? new Refusal(RefusalCode.LaneUnknown, lane)
            : request.Purpose.Length is 0 or > MaximumPurposeLength ? Invalid($"purpose: 1 to {MaximumPurposeLength} characters")
            : request.Priority is < 0 or > MaximumPriority ? Invalid($"priority: 0 to {MaximumPriority}")
            : request.TotalBytes < 0 ? Invalid("total_bytes: negative")
            : request.TotalBytes > configuration.Storage.MaximumArtifactBytes
                ? new Refusal(RefusalCode.TooLarge, $"{request.TotalBytes} bytes, at most {configuration.Storage.MaximumArtifactBytes}")
            : request.Files <= 0 ? new Refusal(RefusalCode.NoFiles, "files")
            : request.Files > Manifest.MaximumFiles ? new Refusal(RefusalCode.TooManyFiles, $"{request.Files} files, at most {Manifest.MaximumFiles}")
            : null;
        return refusal is not null
            ? refusal
            : new NewTransfer(
                Guid.CreateVersion7(time.GetUtcNow()).ToString("N"),
                artifact,
                request.Class,
                request.Destination,
                lane,
                caller.PersonId,
                request.Purpose,
                request.Priority == 0 ? DefaultPriority : request.Priority,
                request.TotalBytes,
                request.Files);
    }

    private Refusal? Room(long bytes, StagedSpace staged)
    {
        var quota = configuration.Quota ?? new();
        var free = DurableFiles.FreeBytes(storage.Path) - configuration.Storage.MinimumFreeBytes - staged.Promised;
        return staged.Transfers >= quota.TransfersPerPerson
                ? new Refusal(RefusalCode.QuotaExceeded, $"{staged.Transfers} transfers, at most {quota.TransfersPerPerson}")
            : bytes > quota.BytesPerPerson - staged.Bytes
                ? new Refusal(RefusalCode.QuotaExceeded, $"{bytes} bytes asked for beside {staged.Bytes}, at most {quota.BytesPerPerson}")
            : bytes <= free ? null : new Refusal(RefusalCode.StorageFull, $"{bytes} bytes asked for, {Math.Max(0, free)} left");
    }

    private static Refusal Invalid(string detail) => new(RefusalCode.RequestInvalid, detail);
}
