using Gateway.Protocol.High.V1;
using Gateway.Protocol.Low.V1;
using Gateway.Protocol.V1;
using Gateway.SystemTests.Attacks;
using Grpc.Core;
using Xunit;

namespace Gateway.SystemTests.BadInput;

/// <summary>Requests that are not well formed, out of date, or about something that is not there.</summary>
[Collection(nameof(BothSides))]
public sealed class RequestTests(BothSides sides)
{
    [Fact]
    public async Task A_page_token_that_the_service_did_not_give()
    {
        var ivan = sides.Low.Connect("urn:gateway:person:ivan");
        var bob = sides.Low.Connect("urn:gateway:person:bob");
        const string Garbage = "bm90IG91cnM";
        Func<Task>[] lists =
        [
            async () => await sides.Alice.ListTransfersAsync(new ListTransfersRequest { PageToken = Garbage }),
            async () => await new ReviewService.ReviewServiceClient(bob).ListReviewsAsync(new ListReviewsRequest { PageToken = Garbage }),
            async () => await new AuditService.AuditServiceClient(ivan).ListAuditRecordsAsync(new ListAuditRecordsRequest { PageToken = Garbage }),
            async () => await sides.High.Imports.ListImportsAsync(new ListImportsRequest { PageToken = Garbage }),
            async () => await sides.High.Imports.WatchImports(new WatchImportsRequest { Cursor = Garbage }).ResponseStream.MoveNext(default),
            async () => await sides.High.Quarantine.ListQuarantineAsync(new ListQuarantineRequest { PageToken = Garbage }),
            async () => await sides.High.Lanes.ListLanesAsync(new ListLanesRequest { PageToken = Garbage }),
            async () => await sides.High.Audit.ListAuditRecordsAsync(new ListAuditRecordsRequest { PageToken = Garbage }),
        ];
        foreach (var list in lists)
        {
            Assert.Equal("PAGE_TOKEN_INVALID", await Refused.ByAsync(list));
        }

        await sides.AssertUpAsync();
    }

    [Fact]
    public async Task A_request_id_that_was_used_for_another_request()
    {
        var request = BothSides.RequestFor(sides.Honest());
        var created = await sides.Alice.CreateTransferAsync(request);
        request.Purpose = "something else";
        Assert.Equal("REQUEST_ID_REUSED", await Refused.ByAsync(async () => await sides.Alice.CreateTransferAsync(request)));
        Assert.Equal(Transfer.Types.State.Uploading, (await sides.Alice.GetTransferAsync(new GetTransferRequest { Name = created.Name })).State);
    }

    [Fact]
    public async Task An_etag_of_a_state_that_has_passed()
    {
        var transfer = await sides.UploadByHandAsync(sides.Honest());
        Assert.Equal(
            "ETAG_STALE",
            await Refused.ByAsync(async () => await sides.Alice.CancelTransferAsync(new CancelTransferRequest { Name = transfer.Name, Etag = "999" })));
        var now = await sides.Alice.GetTransferAsync(new GetTransferRequest { Name = transfer.Name });
        Assert.Equal(
            Transfer.Types.State.Cancelled, (await sides.Alice.CancelTransferAsync(new CancelTransferRequest { Name = transfer.Name, Etag = now.Etag })).State);
    }

    [Fact]
    public async Task A_transfer_that_is_not_there_or_somebody_elses()
    {
        var transfer = await sides.UploadByHandAsync(sides.Honest());
        Assert.Equal(
            "TRANSFER_UNKNOWN",
            await Refused.ByAsync(async () => await sides.Alice.GetTransferAsync(new GetTransferRequest { Name = $"transfers/{Guid.NewGuid():N}" })));
        Assert.Equal(
            "NOT_YOURS",
            await Refused.ByAsync(async () => await sides.Low.TransfersAs("erin").CancelTransferAsync(new CancelTransferRequest { Name = transfer.Name })));
        Assert.Equal("REQUEST_INVALID", await Refused.ByAsync(async () => await sides.Alice.GetTransferAsync(new GetTransferRequest { Name = "transfers/../x" })));
    }

    [Fact]
    public async Task An_import_or_file_that_is_not_there_or_not_published()
    {
        using var hostile = new HostileLowSide(sides.High, after: 1000, sides.High.SpareLaneKey);
        var published = await hostile.PushAsync(sides.Honest());
        var quarantined = await hostile.PushAsync(sides.Honest() with { ApproveKeys = [sides.High.Keys.Bob] });
        Assert.Equal(Import.Types.State.Published, published.State);
        Assert.Equal(
            "IMPORT_UNKNOWN", await Refused.ByAsync(async () => await sides.High.Imports.GetImportAsync(new GetImportRequest { Name = "input/not-there@1" })));
        Assert.Equal("FILE_UNKNOWN", await Refused.ByAsync(() => ReadAsync(published, "not-there.txt")));
        Assert.Equal("PATH_INVALID", await Refused.ByAsync(() => ReadAsync(published, "../../catalog.db")));
        Assert.Equal("NOT_PUBLISHED", await Refused.ByAsync(() => ReadAsync(quarantined, "README.md")));

        var acknowledge = new AcknowledgeImportRequest { Name = published.Name, Consumer = "trainer", RequestId = Guid.NewGuid().ToString() };
        await sides.High.Imports.AcknowledgeImportAsync(acknowledge);
        acknowledge.Consumer = "another";
        Assert.Equal("REQUEST_ID_REUSED", await Refused.ByAsync(async () => await sides.High.Imports.AcknowledgeImportAsync(acknowledge)));
        var now = await sides.High.Imports.GetImportAsync(new GetImportRequest { Name = published.Name });
        Assert.Equal(["trainer"], now.AcknowledgedBy);
    }

    private async Task ReadAsync(Import import, string path)
    {
        using var call = sides.High.Imports.ReadImport(new ReadImportRequest { Name = import.Name, Path = path });
        await call.ResponseStream.MoveNext(default);
    }
}
