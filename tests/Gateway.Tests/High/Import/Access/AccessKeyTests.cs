using Gateway.Core;
using Gateway.High.Import.Access;
using Gateway.High.Import.Web;
using Gateway.Protocol.High.V1;
using Grpc.Core;
using Xunit;

namespace Gateway.Tests.High.Import.Access;

/// <summary>Who may make keys, and what a key opens.</summary>
public sealed class AccessKeyTests : IAsyncLifetime
{
    private ReaderBench bench = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => bench = await ReaderBench.StartAsync(ReaderProtocols.HuggingFace);

    public async ValueTask DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task Key_is_told_once_listed_without_its_secret_and_the_same_request_makes_the_same_key()
    {
        using var channel = bench.Connect("cara");
        var access = new AccessService.AccessServiceClient(channel);
        var request = new CreateAccessKeyRequest { Label = "trainer", Scopes = { "lab/*" }, Days = 7, RequestId = Guid.NewGuid().ToString() };
        var made = await access.CreateAccessKeyAsync(request, cancellationToken: Cancellation);
        Assert.Equal(made, await access.CreateAccessKeyAsync(request, cancellationToken: Cancellation));
        Assert.Matches("^hf_[A-Za-z0-9]{60}$", made.Token);
        var listed = Assert.Single((await access.ListAccessKeysAsync(new(), cancellationToken: Cancellation)).AccessKeys);
        Assert.Equal(made.AccessKey, listed);
        Assert.Equal("cara", listed.Owner);
        Assert.Equal(TimeSpan.FromDays(7), listed.ExpireTime.ToDateTimeOffset() - listed.CreateTime.ToDateTimeOffset());
    }

    [Fact]
    public async Task Engineer_makes_none_and_nobody_takes_back_anothers()
    {
        using var engineer = bench.Connect("eva");
        var request = new CreateAccessKeyRequest { Label = "x", Scopes = { "lab/*" }, RequestId = Guid.NewGuid().ToString() };
        Assert.Equal("ROLE_MISSING", await RefusalOf(() => new AccessService.AccessServiceClient(engineer).CreateAccessKeyAsync(request).ResponseAsync));
        using var importer = bench.Connect("cara");
        Assert.Equal("ACCESS_KEY_UNKNOWN", await RefusalOf(
            () => new AccessService.AccessServiceClient(importer).RevokeAccessKeyAsync(new() { Name = "accessKeys/" + AccessSecrets.NewId() }).ResponseAsync));
        Assert.Equal(RefusalCode.AccessKeyUnknown, (await bench.High.Catalog.RevokeAccessKeyAsync("none", "cara", Cancellation)).Refusal?.Code);
    }

    [Theory]
    [InlineData("", "lab/*", 0)]
    [InlineData("a b", "lab/*", 0)]
    [InlineData("x", "*", 0)]
    [InlineData("x", "lab", 0)]
    [InlineData("x", "*/sums", 0)]
    [InlineData("x", "lab/../*", 0)]
    [InlineData("x", "lab/*", 367)]
    [InlineData("x", "lab/*", -1)]
    public async Task Wrong_label_scope_or_days_are_refused(string label, string scope, int days)
    {
        using var channel = bench.Connect("cara");
        var request = new CreateAccessKeyRequest { Label = label, Scopes = { scope }, Days = days, RequestId = Guid.NewGuid().ToString() };
        Assert.Equal("REQUEST_INVALID", await RefusalOf(() => new AccessService.AccessServiceClient(channel).CreateAccessKeyAsync(request).ResponseAsync));
    }

    [Theory]
    [InlineData("lab/sums", "lab/sums", true)]
    [InlineData("lab/sums", "LAB/Sums", true)]
    [InlineData("lab/sums", "lab/sum", false)]
    [InlineData("lab/*", "lab/anything", true)]
    [InlineData("lab/*", "labs/anything", false)]
    [InlineData("*/*", "other/anything", true)]
    [InlineData("*/*", "anything", false)]
    public void Scope_names_an_artifact_an_organisation_or_all(string scope, string name, bool includes) =>
        Assert.Equal(includes, AccessScope.Includes(scope, name));

    [Fact]
    public async Task Gate_refuses_what_is_outside_the_scope_and_what_is_no_key()
    {
        var key = await bench.MakeKeyAsync("lab/sums");
        var gate = new AccessGate(bench.High.Catalog, new AccessSecrets(bench.High.Storage), bench.High.Enclave.Root, bench.High.Time);
        var reader = (await gate.FindByTokenAsync(key.Token, Cancellation)).Succeeded(out var found, out var refusal) ? found : throw new InvalidOperationException(refusal.ToString());
        Assert.Null(reader.Require("lab/sums"));
        Assert.Equal(RefusalCode.OutsideScope, reader.Require("lab/products")?.Code);
        foreach (var token in new[] { "", "hf_", key.Token + "0", key.Token[3..], "hf_" + new string('a', 60), key.Token.ToUpperInvariant() })
        {
            Assert.Equal(RefusalCode.AccessKeyInvalid, (await gate.FindByTokenAsync(token, Cancellation)).Refusal?.Code);
        }
    }

    [Fact]
    public async Task Key_opens_nothing_where_its_owner_may_not_import_any_more()
    {
        var key = await bench.MakeKeyAsync("lab/sums");
        using var people = new TestPeople();
        var without = people.Root(bench.High.Time.GetUtcNow());
        var owned = await bench.High.Catalog.FindAccessKeyAsync(key.AccessKey.Name["accessKeys/".Length..], Cancellation);
        await bench.High.Catalog.CreateAccessKeyAsync(
            owned! with { Id = AccessSecrets.NewId(), Owner = "eva" }, (Guid.NewGuid().ToString(), Digest.Of("x"u8)), Cancellation);
        var secrets = new AccessSecrets(bench.High.Storage);
        var gate = new AccessGate(bench.High.Catalog, secrets, without, bench.High.Time);
        var evas = (await bench.High.Catalog.ListAccessKeysAsync("", 10, Cancellation)).Single(made => made.Owner == "eva");
        Assert.Equal(RefusalCode.AccessKeyInvalid, (await gate.FindByTokenAsync(AccessGate.TokenOf(evas.Id, secrets.SecretOf(evas.Id)), Cancellation)).Refusal?.Code);
    }

    [Fact]
    public void Secrets_follow_from_the_seed_which_only_the_service_may_read()
    {
        var first = new AccessSecrets(bench.High.Storage);
        var id = AccessSecrets.NewId();
        Assert.Equal(first.SecretOf(id), new AccessSecrets(bench.High.Storage).SecretOf(id));
        Assert.NotEqual(first.SecretOf(id), first.SecretOf(AccessSecrets.NewId()));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(bench.High.Root, "access.seed")));
        }
    }

    private static async Task<string> RefusalOf<T>(Func<Task<T>> call) =>
        (await Assert.ThrowsAsync<RpcException>(call)).GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>()!.Reason;
}
