using Gateway.Core;
using Gateway.Storage;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gateway.Tests.Storage;

public sealed class RequestIdTests : IAsyncLifetime
{
    private const string Id = "0f8fad5b-d9cb-469f-a165-70867728950e";
    private static readonly Digest Body = Digest.Of([1]);

    private readonly TemporaryDirectory directory = new();
    private readonly FakeTimeProvider clock = new();
    private NoteCatalog catalog = null!;

    public ValueTask InitializeAsync()
    {
        Assert.True(NoteCatalog.Open(directory["catalog.db"], clock).Succeeded(out var opened, out _));
        catalog = opened;
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_same_id_and_body_lead_to_the_same_result()
    {
        Assert.Null((await FindAsync("ada", Id, Body)).Result);
        await RecordAsync("ada", Id, "transfer-1");
        Assert.Equal("transfer-1", (await FindAsync("ada", Id.ToUpperInvariant(), Body)).Result);
    }

    [Fact]
    public async Task The_same_id_with_another_body_is_refused()
    {
        await RecordAsync("ada", Id, "transfer-1");
        Assert.Equal(RefusalCode.RequestIdReused, (await RefusalOfAsync("ada", Id, Digest.Of([2]))).Code);
    }

    [Fact]
    public async Task Ids_of_different_callers_never_meet()
    {
        await RecordAsync("ada", Id, "transfer-1");
        Assert.Null((await FindAsync("bob", Id, Digest.Of([2]))).Result);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    public async Task An_id_that_is_no_uuid_is_refused(string id) =>
        Assert.Equal(RefusalCode.RequestInvalid, (await RefusalOfAsync("ada", id, Body)).Code);

    [Fact]
    public async Task An_id_is_forgotten_after_its_retention()
    {
        await RecordAsync("ada", Id, "transfer-1");
        clock.Advance(RequestIds.Retention + TimeSpan.FromSeconds(1));
        await RecordAsync("ada", Guid.NewGuid().ToString(), "transfer-2");
        Assert.Null((await FindAsync("ada", Id, Body)).Result);
    }

    public async ValueTask DisposeAsync()
    {
        await catalog.DisposeAsync();
        directory.Dispose();
    }

    private Task RecordAsync(string actor, string id, string result) =>
        catalog.WriteAsync(transaction => RequestIds.Record(transaction, actor, id, Body, result), TestContext.Current.CancellationToken);

    private async Task<EarlierRequest> FindAsync(string actor, string id, Digest body)
    {
        var outcome = await catalog.ReadAsync(reader => RequestIds.Find(reader, actor, id, body), TestContext.Current.CancellationToken);
        Assert.True(outcome.Succeeded(out var earlier, out var refusal), refusal?.ToString());
        return earlier;
    }

    private async Task<Refusal> RefusalOfAsync(string actor, string id, Digest body)
    {
        var outcome = await catalog.ReadAsync(reader => RequestIds.Find(reader, actor, id, body), TestContext.Current.CancellationToken);
        Assert.False(outcome.Succeeded(out _, out var refusal));
        return refusal;
    }
}
