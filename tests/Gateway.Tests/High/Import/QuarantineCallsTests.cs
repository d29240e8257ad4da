using Gateway.Core;
using Gateway.High.Import.Web;
using Gateway.Protocol.High.V1;
using Gateway.Storage.High;
using Xunit;
using ImportMessage = Gateway.Protocol.High.V1.Import;

namespace Gateway.Tests.High.Import;

/// <summary>Quarantined imports: checked again, or deleted, and never let through.</summary>
public sealed class QuarantineCallsTests : IAsyncLifetime
{
    private ReaderBench bench = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => bench = await ReaderBench.StartAsync(ReaderProtocols.HuggingFace);

    public ValueTask DisposeAsync() => bench.DisposeAsync();

    [Fact]
    public async Task Recheck_looks_at_the_bytes_as_they_lie_there_and_publishes_what_passes_now()
    {
        var import = await bench.High.CarryAsync(Shipment.Of(bench.High).WithByteFlipped(0));
        Assert.Equal(RefusalCode.DigestMismatch, import.Refusal?.Code);
        var request = Recheck(import.Id);
        Assert.Equal((ImportState.Quarantined, RefusalCode.DigestMismatch), await RecheckAsync(import.Id));

        await using (var file = File.OpenWrite(Path.Combine(bench.High.Root, "quarantine", import.Id, "tree", "README.md")))
        {
            file.WriteByte((byte)'#');
        }

        using var admin = bench.Connect("dave");
        var service = new QuarantineService.QuarantineServiceClient(admin);
        var asked = await service.RecheckQuarantinedAsync(request, cancellationToken: Cancellation);
        Assert.Equal(ImportMessage.Types.State.Verifying, asked.State);
        Assert.Equal(asked, await service.RecheckQuarantinedAsync(request, cancellationToken: Cancellation));
        await bench.High.Verification.VerifyAsync(await bench.High.NextWaitingAsync(), default);
        Assert.Equal(ImportState.Published, (await bench.High.FindAsync(import.Id)).State);
        Assert.Equal(RefusalCode.StateWrong, await ReaderBench.CodeAsync(service.RecheckQuarantinedAsync(Recheck(import.Id))));
        var audit = await bench.High.Catalog.ListAuditAsync(0, 100, Cancellation);
        Assert.Equal(["dave", "dave"], audit.Where(record => record.Entry is { Action: "import.verifying", Actor: not "gateway" }).Select(record => record.Entry.Actor));
    }

    [Fact]
    public async Task Recheck_after_the_release_expired_is_refused_for_that()
    {
        var import = await bench.High.CarryAsync(Shipment.Of(bench.High).WithByteFlipped(0));
        bench.High.Time.Advance(TimeSpan.FromDays(8));
        Assert.True((await bench.High.Catalog.RecheckAsync(import.Id, _ => true, (_, _) => null, Request(), "dave", Cancellation)).Succeeded(out _, out _));
        await bench.High.Verification.VerifyAsync(import.Id, default);
        var after = await bench.High.FindAsync(import.Id);
        Assert.Equal((ImportState.Quarantined, RefusalCode.Expired), (after.State, after.Refusal?.Code));
    }

    [Fact]
    public async Task Recheck_under_another_policy_is_refused_by_the_binding_not_let_through()
    {
        await using var high = await HighBench.OpenAsync(forbidDatasets: true);
        var import = await high.CarryAsync(Shipment.Of(high));
        Assert.Equal(RefusalCode.PolicyDenied, import.Refusal?.Code);
        await high.RestartUnderDefaultPolicyAsync();
        Assert.True((await high.Catalog.RecheckAsync(import.Id, _ => true, (_, _) => null, Request(), "dave", Cancellation)).Succeeded(out _, out _));
        await high.Verification.VerifyAsync(import.Id, default);
        var after = await high.FindAsync(import.Id);
        Assert.Equal(ImportState.Quarantined, after.State);
        Assert.NotEqual(RefusalCode.PolicyDenied, after.Refusal?.Code);
        Assert.Empty(high.Visible());
    }

    [Fact]
    public async Task What_is_not_whole_cannot_be_checked_again()
    {
        var expired = Shipment.Of(bench.High, p => p with { Release = release => release with { NotAfter = release.NotBefore.AddSeconds(-1), NotBefore = release.NotBefore.AddDays(-1) } });
        var refused = await bench.High.CarryAsync(expired);
        var gone = await bench.High.CarryAsync(Shipment.Of(bench.High, p => p with { Name = "lab/gone" }).WithByteFlipped(0));
        Directory.Delete(Path.Combine(bench.High.Root, "quarantine", gone.Id), recursive: true);
        using var admin = bench.Connect("dave");
        var service = new QuarantineService.QuarantineServiceClient(admin);
        foreach (var id in new[] { refused.Id, gone.Id })
        {
            Assert.Equal(RefusalCode.QuarantineIncomplete, await ReaderBench.CodeAsync(service.RecheckQuarantinedAsync(Recheck(id))));
        }

        Assert.Equal(RefusalCode.ImportUnknown, await ReaderBench.CodeAsync(service.RecheckQuarantinedAsync(Recheck(new string('0', 32)))));
        using var importer = bench.Connect("cara");
        Assert.Equal(RefusalCode.RoleMissing, await ReaderBench.CodeAsync(new QuarantineService.QuarantineServiceClient(importer).RecheckQuarantinedAsync(Recheck(gone.Id))));
        Assert.Equal(RefusalCode.RoleMissing, await ReaderBench.CodeAsync(new QuarantineService.QuarantineServiceClient(importer).DeleteQuarantinedAsync(Delete(gone.Id))));
    }

    [Fact]
    public async Task Bytes_of_one_release_are_never_checked_for_another_of_the_same_id()
    {
        var first = Shipment.Of(bench.High);
        await bench.High.CarryAsync(first.WithByteFlipped(0));
        Assert.False(bench.High.Staging.HoldsQuarantined(first.TransferId, Digest.Of("another release"u8)));
    }

    [Fact]
    public async Task Deleted_bytes_are_gone_the_record_stays_and_the_transfer_may_come_again()
    {
        var shipment = Shipment.Of(bench.High);
        var import = await bench.High.CarryAsync(shipment.WithByteFlipped(0));
        using var admin = bench.Connect("dave");
        var service = new QuarantineService.QuarantineServiceClient(admin);
        var request = Delete(import.Id);
        var deleted = await service.DeleteQuarantinedAsync(request, cancellationToken: Cancellation);
        Assert.Equal((ImportMessage.Types.State.Quarantined, Protocol.V1.RefusalCode.DigestMismatch), (deleted.State, deleted.Refusal.Code));
        Assert.NotNull(deleted.BytesDeleteTime);
        Assert.Equal(deleted, await service.DeleteQuarantinedAsync(request, cancellationToken: Cancellation));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(bench.High.Root, "quarantine")));
        Assert.Equal(RefusalCode.QuarantineIncomplete, await ReaderBench.CodeAsync(service.RecheckQuarantinedAsync(Recheck(import.Id))));
        Assert.Single(await bench.High.Catalog.ListAuditAsync(0, 100, Cancellation), record => record.Entry is { Action: "quarantine.deleted", Actor: "dave" });

        var again = await bench.High.CarryAsync(shipment, session: 2);
        Assert.Equal((ImportState.Published, null), (again.State, again.BytesDeleted));
    }

    [Fact]
    public async Task Crash_at_any_step_of_a_recheck_is_carried_on_by_the_restart()
    {
        await using var high = await HighBench.OpenAsync();
        var import = await high.CarryAsync(Shipment.Of(high).WithByteFlipped(0));
        foreach (var takenBack in new[] { false, true })
        {
            Assert.True((await high.Catalog.RecheckAsync(import.Id, _ => true, (_, _) => null, Request(), "dave", Cancellation)).Succeeded(out _, out _));
            if (takenBack)
            {
                high.Staging.TakeBack(import.Id);
            }

            await high.RestartAsync();
            Assert.Equal(import.Id, await high.NextWaitingAsync());
            await high.Verification.VerifyAsync(import.Id, default);
            var after = await high.FindAsync(import.Id);
            Assert.Equal((ImportState.Quarantined, RefusalCode.DigestMismatch), (after.State, after.Refusal?.Code));
        }
    }

    [Fact]
    public async Task Crash_at_any_step_of_a_deletion_is_carried_on_by_the_restart()
    {
        await using var high = await HighBench.OpenAsync();
        var import = await high.CarryAsync(Shipment.Of(high).WithByteFlipped(0));
        var kept = await high.CarryAsync(Shipment.Of(high, p => p with { Name = "lab/kept" }).WithByteFlipped(0));
        Assert.True((await high.Catalog.DeleteBytesAsync(import.Id, Request(), "dave", Cancellation)).Succeeded(out _, out _));
        await high.RestartAsync();
        Assert.Equal([kept.Id], high.Staging.ListQuarantined());

        // And where it was out of quarantine, and not gone yet.
        Directory.Move(Path.Combine(high.Root, "quarantine", kept.Id), Path.Combine(high.Root, "staging", $".{kept.Id}.deleted"));
        await high.RestartAsync();
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(high.Root, "staging")));
    }

    [Fact]
    public async Task Header_that_is_refused_later_leaves_set_aside_bytes_fit_to_be_checked()
    {
        var shipment = Shipment.Of(bench.High);
        await bench.High.CarryAsync(shipment.WithByteFlipped(0));
        bench.High.Time.Advance(TimeSpan.FromDays(8));
        var refused = await bench.High.CarryAsync(shipment, session: 2);
        Assert.Equal((shipment.TransferId, RefusalCode.Expired), (refused.Id, refused.Refusal?.Code));
        Assert.True((await bench.High.Catalog.RecheckAsync(refused.Id, _ => true, (_, _) => null, Request(), "dave", Cancellation)).Succeeded(out _, out var refusal), $"{refusal}");
    }

    private static RecheckQuarantinedRequest Recheck(string id) => new() { Name = $"imports/{id}", RequestId = Guid.NewGuid().ToString() };

    private static DeleteQuarantinedRequest Delete(string id) => new() { Name = $"imports/{id}", RequestId = Guid.NewGuid().ToString() };

    private static (string Id, Digest Body) Request() => (Guid.NewGuid().ToString(), Digest.Of("test"u8));

    private async Task<(ImportState State, RefusalCode? Code)> RecheckAsync(string id)
    {
        using var admin = bench.Connect("dave");
        await new QuarantineService.QuarantineServiceClient(admin).RecheckQuarantinedAsync(Recheck(id), cancellationToken: Cancellation);
        Assert.Equal(id, await bench.High.NextWaitingAsync());
        await bench.High.Verification.VerifyAsync(id, default);
        var import = await bench.High.FindAsync(id);
        return (import.State, import.Refusal?.Code);
    }
}
