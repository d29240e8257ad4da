using Gateway.Core;
using Gateway.High.Import.Web;
using Gateway.Protocol.High.V1;
using Xunit;

namespace Gateway.Tests.High.Import;

public sealed class ScrubCallsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Admin_has_everything_hashed_and_readers_see_what_was()
    {
        await using var bench = await ReaderBench.StartAsync(ReaderProtocols.HuggingFace);
        var import = await bench.High.CarryAsync(Shipment.Of(bench.High));
        using var cara = bench.Connect("cara");
        using var dave = bench.Connect("dave");
        var reader = new ScrubService.ScrubServiceClient(cara);
        Assert.Equal(RefusalCode.RoleMissing, await ReaderBench.CodeAsync(reader.RequestScrubAsync(new())));
        var before = await reader.GetScrubAsync(new(), cancellationToken: Cancellation);
        Assert.Equal((null, 30, 1L << 40), (before.BeginTime, before.IntervalDays, before.BytesPerSecond));

        var begun = await new ScrubService.ScrubServiceClient(dave).RequestScrubAsync(new(), cancellationToken: Cancellation);
        Assert.NotNull(begun.BeginTime);
        Assert.Null(begun.EndTime);
        while (await bench.High.Scrubber.ScrubNextAsync(Cancellation))
        {
            // The next one.
        }

        var after = await reader.GetScrubAsync(new(), cancellationToken: Cancellation);
        Assert.NotNull(after.EndTime);
        Assert.Equal((1, import.Claim!.Bytes, 0, 0), (after.Versions, after.Bytes, after.RottenFiles, after.Rotten.Count));
        Assert.Single(await bench.High.Catalog.ListAuditAsync(0, 100, Cancellation), record => record.Entry is { Action: "scrub.requested", Actor: "dave" });
    }
}
