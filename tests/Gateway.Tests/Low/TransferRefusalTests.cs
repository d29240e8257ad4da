using Gateway.Low.Send;
using Gateway.Protocol.Low.V1;
using Google.Protobuf;
using Xunit;
using State = Gateway.Protocol.Low.V1.Transfer.Types.State;

namespace Gateway.Tests.Low;

/// <summary>What the low side refuses, and that nothing is lost by it.</summary>
public sealed class TransferRefusalTests(LowWorldFixture fixture) : IClassFixture<LowWorldFixture>
{
    private readonly LowWorld world = fixture.World;
    private readonly SampleArtifact artifact = SampleArtifact.Of(name: $"acme/{Guid.NewGuid():N}");

    public static TheoryData<string, string> BadCreations => new()
    {
        { "NAME_INVALID", "name" },
        { "NAME_INVALID", "reserved" },
        { "CLASS_UNKNOWN", "class" },
        { "DESTINATION_UNKNOWN", "destination" },
        { "LANE_UNKNOWN", "lane" },
        { "NO_FILES", "files" },
        { "TOO_MANY_FILES", "many" },
        { "TOO_LARGE", "large" },
        { "STORAGE_FULL", "full" },
        { "REQUEST_INVALID", "purpose" },
        { "REQUEST_INVALID", "request" },
    };

    [Theory]
    [MemberData(nameof(BadCreations))]
    public async Task A_creation_that_cannot_succeed_is_refused_before_a_byte_is_uploaded(string code, string change)
    {
        var request = LowWorld.Request(artifact);
        switch (change)
        {
            case "name": request.Artifact.Name = "acme/../etc"; break;
            case "reserved": request.Artifact.Version = "Current"; break;
            case "class": request.Class = "cosmic"; break;
            case "destination": request.Destination = "elsewhere"; break;
            case "lane": request.Lane = "lane-9"; break;
            case "files": request.Files = 0; break;
            case "many": request.Files = 200_001; break;
            case "large": request.TotalBytes = (1L << 40) + 1; break;
            case "full": request.TotalBytes = 1L << 40; break;
            case "purpose": request.Purpose = ""; break;
            default: request.RequestId = "not a uuid"; break;
        }

        Assert.Equal(code, await Refused.ByAsync(async () => await world.Transfers("ada").CreateTransferAsync(request)));
    }

    [Fact]
    public async Task Of_two_submitters_racing_for_one_name_and_version_one_wins_whatever_the_case()
    {
        var other = artifact with { Name = artifact.Name.ToUpperInvariant() };
        var outcomes = await Task.WhenAll(
            TryCreateAsync("ada", LowWorld.Request(artifact)),
            TryCreateAsync("eve", LowWorld.Request(other)));
        Assert.Equal(["", "VERSION_TAKEN"], outcomes.Order());
    }

    [Fact]
    public async Task The_same_request_gives_the_same_transfer_and_another_body_is_refused()
    {
        var request = LowWorld.Request(artifact);
        var created = await world.Transfers("ada").CreateTransferAsync(request);
        Assert.Equal(created.Name, (await world.Transfers("ada").CreateTransferAsync(request)).Name);
        request.Purpose = "something else";
        Assert.Equal("REQUEST_ID_REUSED", await Refused.ByAsync(async () => await world.Transfers("ada").CreateTransferAsync(request)));
    }

    [Fact]
    public async Task Validate_only_checks_and_changes_nothing()
    {
        var request = LowWorld.Request(artifact);
        request.ValidateOnly = true;
        await world.Transfers("ada").CreateTransferAsync(request);
        Assert.Equal("", await TryCreateAsync("eve", LowWorld.Request(artifact)));
    }

    [Fact]
    public async Task An_upload_that_does_not_continue_or_exceeds_the_declared_size_keeps_what_it_had()
    {
        var created = await world.Transfers("ada").CreateTransferAsync(LowWorld.Request(artifact));
        await world.UploadAsync("ada", created.Name, artifact.Bytes.AsMemory(0, 100));
        Assert.Equal("UPLOAD_OFFSET", await Refused.ByAsync(() => world.UploadAsync("ada", created.Name, new byte[10], offset: 50)));
        Assert.Equal(
            "UPLOAD_TOO_LONG",
            await Refused.ByAsync(() => world.UploadAsync("ada", created.Name, new byte[artifact.Bytes.Length], offset: 100, partBytes: 1 << 20)));
        Assert.Equal(100, (await world.Transfers("ada").GetTransferAsync(new GetTransferRequest { Name = created.Name })).StagedBytes);
    }

    [Fact]
    public async Task Only_the_submitter_uploads_and_only_an_engineer_creates()
    {
        var created = await world.Transfers("ada").CreateTransferAsync(LowWorld.Request(artifact));
        Assert.Equal("NOT_YOURS", await Refused.ByAsync(() => world.UploadAsync("eve", created.Name, new byte[1])));
        Assert.Equal("ROLE_MISSING", await Refused.ByAsync(() => world.UploadAsync("bob", created.Name, new byte[1])));
        Assert.Equal("NOT_YOURS", await Refused.ByAsync(async () => await world.Transfers("eve").CancelTransferAsync(new() { Name = created.Name })));
        Assert.Equal("TRANSFER_UNKNOWN", await Refused.ByAsync(() => world.UploadAsync("ada", $"transfers/{Guid.NewGuid():N}", new byte[1])));
        Assert.Equal("REQUEST_INVALID", await Refused.ByAsync(() => world.UploadAsync("ada", "transfers/../x", new byte[1])));
    }

    [Fact]
    public async Task A_manifest_that_is_not_the_callers_or_not_what_was_created_leaves_the_transfer_open()
    {
        var created = await world.Transfers("ada").CreateTransferAsync(LowWorld.Request(artifact));
        Assert.Equal("UPLOAD_INCOMPLETE", await Refused.ByAsync(() => world.SubmitAsync("ada", created.Name, world.ManifestOf(artifact))));
        await world.UploadAsync("ada", created.Name, artifact.Bytes);
        Assert.Equal("SIGNATURE_INVALID", await Refused.ByAsync(() => world.SubmitAsync("ada", created.Name, Tampered(world.ManifestOf(artifact)))));
        Assert.Equal("ENVELOPE_INVALID", await Refused.ByAsync(() => world.SubmitAsync("ada", created.Name, "{}"u8.ToArray())));
        Assert.Equal("CLASS_MISMATCH", await Refused.ByAsync(() => world.SubmitAsync("ada", created.Name, world.ManifestOf(artifact, "eve"))));
        var other = artifact with { Version = "2" };
        Assert.Equal("CLASS_MISMATCH", await Refused.ByAsync(() => world.SubmitAsync("ada", created.Name, world.ManifestOf(other))));
        var fewer = new SampleArtifact(artifact.Name, artifact.Version, [.. artifact.Files.Take(2)]);
        Assert.Equal("SIZE_MISMATCH", await Refused.ByAsync(() => world.SubmitAsync("ada", created.Name, world.ManifestOf(fewer))));
        await world.SubmitAsync("ada", created.Name, world.ManifestOf(artifact));
        await world.ReachAsync(created.Name, State.AwaitingApproval);
    }

    [Fact]
    public async Task Bytes_that_are_not_those_of_the_manifest_end_the_transfer_and_free_its_name()
    {
        var created = await world.Transfers("ada").CreateTransferAsync(LowWorld.Request(artifact));
        var flipped = artifact.Bytes.ToArray();
        flipped[^1] ^= 1;
        await world.UploadAsync("ada", created.Name, flipped);
        await world.SubmitAsync("ada", created.Name, world.ManifestOf(artifact));
        var refused = await world.ReachAsync(created.Name, State.Refused);
        Assert.Equal(Protocol.V1.RefusalCode.DigestMismatch, refused.Refusal.Code);
        Assert.Equal("", await TryCreateAsync("ada", LowWorld.Request(artifact)));
        Assert.False(File.Exists(world.StagePath(created.Name)));
    }

    [Fact]
    public async Task A_pickle_is_refused_by_name()
    {
        var pickle = new SampleArtifact(artifact.Name, "1", [("weights.txt", [0x80, 4, 0x95, 2, 0, 0, 0, 0, 0, 0, 0, (byte)'N', (byte)'.'], "text")]);
        var refused = await world.BringAsync(pickle, State.Refused);
        Assert.Equal(Protocol.V1.RefusalCode.PickleRefused, refused.Refusal.Code);
    }

    [Fact]
    public async Task Staging_that_rotted_after_approval_takes_no_lane_time()
    {
        var waiting = await world.BringAsync(artifact, State.AwaitingApproval);
        await using (var stage = File.OpenWrite(world.StagePath(waiting.Name)))
        {
            stage.WriteByte((byte)'!');
        }

        await world.ApproveAsync("bob", waiting);
        await world.ApproveAsync("carol", waiting);
        var refused = await world.ReachAsync(waiting.Name, State.Refused);
        Assert.Equal(Protocol.V1.RefusalCode.DigestMismatch, refused.Refusal.Code);
        Assert.Equal(0ul, refused.Session);
    }

    [Fact]
    public async Task A_cancelled_transfer_frees_its_name_and_cannot_be_approved()
    {
        var waiting = await world.BringAsync(artifact, State.AwaitingApproval);
        Assert.Equal(
            "ETAG_STALE",
            await Refused.ByAsync(async () => await world.Transfers("ada").CancelTransferAsync(new() { Name = waiting.Name, Etag = "999" })));
        var cancelled = await world.Transfers("alan").CancelTransferAsync(new CancelTransferRequest { Name = waiting.Name, Etag = waiting.Etag });
        Assert.Equal(State.Cancelled, cancelled.State);
        Assert.False(File.Exists(world.StagePath(waiting.Name)));
        Assert.Equal("STATE_WRONG", await Refused.ByAsync(() => world.ApproveAsync("bob", waiting)));
        Assert.Equal("", await TryCreateAsync("ada", LowWorld.Request(artifact)));
    }

    [Fact]
    public async Task A_lane_on_which_too_many_wait_sends_nothing_twice_until_there_is_room()
    {
        var waiting = await world.BringAsync(artifact, State.AwaitingApproval);
        await world.ApproveAsync("bob", waiting);
        await world.ApproveAsync("carol", waiting);
        await world.ReachAsync(waiting.Name, State.SentUnconfirmed);
        var again = new ResendTransferRequest { Name = waiting.Name, RequestId = Guid.NewGuid().ToString() };
        var queue = world.Lane.Queue;
        var places = new List<IDisposable>();
        for (var place = 0; place < SendQueue.MaximumWaiting; place++)
        {
            places.Add(await queue.EnterAsync(TestContext.Current.CancellationToken));
        }

        Assert.Equal("LANE_QUEUE_FULL", await Refused.ByAsync(async () => await world.Transfers("ada").ResendTransferAsync(again)));
        places.ForEach(held => held.Dispose());
        Assert.Equal(State.Sending, (await world.Transfers("ada").ResendTransferAsync(again)).State);
    }

    [Fact]
    public async Task Lists_are_paged_newest_first_and_foreign_tokens_are_refused()
    {
        for (var version = 0; version < 3; version++)
        {
            await world.Transfers("ada").CreateTransferAsync(LowWorld.Request(artifact with { Version = $"{version}" }));
        }

        var first = await world.Transfers("olga").ListTransfersAsync(new ListTransfersRequest { PageSize = 2 });
        var second = await world.Transfers("olga").ListTransfersAsync(new ListTransfersRequest { PageSize = 2, PageToken = first.NextPageToken });
        Assert.Equal(["2", "1"], first.Transfers.Select(transfer => transfer.Artifact.Version));
        Assert.Equal("0", second.Transfers[0].Artifact.Version);
        Assert.Equal(
            "PAGE_TOKEN_INVALID",
            await Refused.ByAsync(async () => await world.Transfers("olga").ListTransfersAsync(new() { PageToken = "nonsense" })));
    }

    private static byte[] Tampered(byte[] envelope)
    {
        var text = System.Text.Encoding.UTF8.GetString(envelope);
        var at = text.IndexOf("\"sig\":\"", StringComparison.Ordinal) + 7;
        return System.Text.Encoding.UTF8.GetBytes(string.Concat(text.AsSpan(0, at), text[at] == 'A' ? "B" : "A", text.AsSpan(at + 1)));
    }

    private async Task<string> TryCreateAsync(string person, CreateTransferRequest request)
    {
        try
        {
            await world.Transfers(person).CreateTransferAsync(request);
            return "";
        }
        catch (Grpc.Core.RpcException e)
        {
            return await Refused.ByAsync(() => Task.FromException(e));
        }
    }
}

/// <summary>One low side for a whole class.</summary>
public sealed class LowWorldFixture : IAsyncLifetime
{
    internal LowWorld World { get; private set; } = null!;

    public async ValueTask InitializeAsync() => World = await LowWorld.StartAsync();

    public ValueTask DisposeAsync() => World.DisposeAsync();
}
