using Gateway.Protocol.High.V1;
using Gateway.Protocol.Low.V1;
using Gateway.Protocol.V1;
using Gateway.SystemTests.Site;
using Grpc.Core;
using Grpc.Net.Client;
using Xunit;

namespace Gateway.SystemTests.BadInput;

/// <summary>People who call what they may not, and people who are nobody here.</summary>
[Collection(nameof(BothSides))]
public sealed class CallerTests(BothSides sides)
{
    private static readonly Dictionary<string, Func<GrpcChannel, string, Task>> LowCalls = new()
    {
        ["CreateTransfer"] = async (c, _) => await new TransferService.TransferServiceClient(c).CreateTransferAsync(new CreateTransferRequest()),
        ["UploadTransfer"] = async (c, _) => await ResponseAsync(new TransferService.TransferServiceClient(c).UploadTransfer()),
        ["SubmitTransfer"] = async (c, _) => await ResponseAsync(new TransferService.TransferServiceClient(c).SubmitTransfer()),
        ["ListReviews"] = async (c, _) => await new ReviewService.ReviewServiceClient(c).ListReviewsAsync(new ListReviewsRequest()),
        ["ApproveTransfer"] = async (c, name) => await new ApprovalService.ApprovalServiceClient(c)
            .ApproveTransferAsync(new ApproveTransferRequest { Name = name, Signature = Google.Protobuf.ByteString.CopyFromUtf8("none") }),
        ["RejectTransfer"] = async (c, name) => await new ApprovalService.ApprovalServiceClient(c).RejectTransferAsync(new RejectTransferRequest { Name = name, Message = "no" }),
        ["ListAuditRecords"] = async (c, _) => await new AuditService.AuditServiceClient(c).ListAuditRecordsAsync(new ListAuditRecordsRequest()),
    };

    private static readonly Dictionary<string, Func<GrpcChannel, Task>> HighCalls = new()
    {
        ["ListImports"] = async c => await new ImportService.ImportServiceClient(c).ListImportsAsync(new ListImportsRequest()),
        ["GetImport"] = async c => await new ImportService.ImportServiceClient(c).GetImportAsync(new GetImportRequest()),
        ["WatchImports"] = c => FirstAsync(new ImportService.ImportServiceClient(c).WatchImports(new WatchImportsRequest())),
        ["AcknowledgeImport"] = async c => await new ImportService.ImportServiceClient(c).AcknowledgeImportAsync(new AcknowledgeImportRequest()),
        ["ListImportFiles"] = async c => await new ImportService.ImportServiceClient(c).ListImportFilesAsync(new ListImportFilesRequest()),
        ["ReadImport"] = c => FirstAsync(new ImportService.ImportServiceClient(c).ReadImport(new ReadImportRequest())),
        ["ReadImportDocument"] = c => FirstAsync(new ImportService.ImportServiceClient(c).ReadImportDocument(new ReadImportDocumentRequest { Document = ImportDocument.Release })),
        ["ListQuarantine"] = async c => await new QuarantineService.QuarantineServiceClient(c).ListQuarantineAsync(new ListQuarantineRequest()),
        ["GetQuarantined"] = async c => await new QuarantineService.QuarantineServiceClient(c).GetQuarantinedAsync(new GetQuarantinedRequest()),
        ["ListLanes"] = async c => await new LaneService.LaneServiceClient(c).ListLanesAsync(new ListLanesRequest()),
        ["ListAuditRecords"] = async c => await new AuditService.AuditServiceClient(c).ListAuditRecordsAsync(new ListAuditRecordsRequest()),
    };

    public static TheoryData<string> OfTheHighSide => [.. HighCalls.Keys];

    [Theory]
    [InlineData("CreateTransfer", "bob")]
    [InlineData("UploadTransfer", "ivan")]
    [InlineData("SubmitTransfer", "carol")]
    [InlineData("ListReviews", "alice")]
    [InlineData("ApproveTransfer", "ivan")]
    [InlineData("RejectTransfer", "ivan")]
    [InlineData("ListAuditRecords", "erin")]
    public async Task Without_the_role_for_it_on_the_low_side(string call, string person)
    {
        var transfer = await sides.UploadByHandAsync(sides.Honest());
        using var channel = sides.Low.Connect($"urn:gateway:person:{person}");
        Assert.Equal("ROLE_MISSING", await Refused.ByAsync(() => LowCalls[call](channel, transfer.Name)));
        await sides.AssertUpAsync();
    }

    /// <summary>Erin submits and approves on the low side; on the high side she is nobody's importer.</summary>
    [Theory]
    [MemberData(nameof(OfTheHighSide))]
    public async Task Without_the_role_for_it_on_the_high_side(string call)
    {
        using var channel = sides.High.Connect("urn:gateway:person:erin");
        Assert.Equal("ROLE_MISSING", await Refused.ByAsync(() => HighCalls[call](channel)));
        await sides.AssertUpAsync();
    }

    [Theory]
    [InlineData("urn:gateway:person:mallory")]
    [InlineData("urn:gateway:machine:alice")]
    public async Task With_a_certificate_of_the_site_for_somebody_whom_the_trust_root_does_not_list(string urn)
    {
        using var low = sides.Low.Connect(urn);
        using var high = sides.High.Connect(urn);
        Assert.Equal("UNAUTHENTICATED", await Refused.ByAsync(() => LowCalls["CreateTransfer"](low, "")));
        Assert.Equal("UNAUTHENTICATED", await Refused.ByAsync(() => HighCalls["ListImports"](high)));
        await sides.AssertUpAsync();
    }

    [Fact]
    public async Task With_a_certificate_of_another_authority_for_somebody_it_does_list()
    {
        using var other = new Authority(Directory.CreateDirectory(Path.Combine(sides.High.Directory, "other-authority")).FullName);
        using var low = sides.Low.Connect("urn:gateway:person:alice", other);
        using var high = sides.High.Connect("urn:gateway:person:ivan", other);
        foreach (var call in (Func<Task>[])[() => LowCalls["CreateTransfer"](low, ""), () => HighCalls["ListImports"](high)])
        {
            // The handshake ends it: no call, so no status of ours.
            var ended = await Assert.ThrowsAsync<RpcException>(call);
            Assert.Null(ended.GetRpcStatus());
        }

        await sides.AssertUpAsync();
    }

    private static Task<bool> FirstAsync<T>(AsyncServerStreamingCall<T> call) => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken);

    private static async Task ResponseAsync<TRequest, TResponse>(AsyncClientStreamingCall<TRequest, TResponse> call)
    {
        await call.RequestStream.CompleteAsync();
        await call.ResponseAsync;
    }
}
