using System.Security.Cryptography.X509Certificates;
using Gateway.Protocol.High.V1;
using Gateway.Protocol.V1;
using Google.Rpc;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1Alpha;
using Xunit;
using RefusalCode = Gateway.Core.RefusalCode;

namespace Gateway.Tests.Hosting;

public sealed class GatewayHostTests(HostFixture host) : IClassFixture<HostFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_person_is_who_the_certificate_names()
    {
        var lane = await WhoAmIAsync(host.Site.Client("urn:gateway:person:ada"));
        Assert.Equal(("ada", "ada"), (lane.Name, lane.Kind));
    }

    [Fact]
    public async Task A_machine_is_itself_and_its_owner_answers_for_it()
    {
        var lane = await WhoAmIAsync(host.Site.Client("urn:gateway:machine:trainer", "spiffe://site/trainer"));
        Assert.Equal(("machine:trainer", "ada"), (lane.Name, lane.Kind));
    }

    [Theory]
    [InlineData("exactly one is needed")]
    [InlineData("exactly one is needed", "https://site/ada")]
    [InlineData("exactly one is needed", "urn:gateway:person:ada", "urn:gateway:person:olga")]
    [InlineData("exactly one is needed", "urn:gateway:person:ada", "urn:gateway:person:ada")]
    [InlineData("urn:gateway:person:eve", "urn:gateway:person:eve")]
    [InlineData("urn:gateway:machine:ada", "urn:gateway:machine:ada")]
    [InlineData("urn:gateway:robot:ada", "urn:gateway:robot:ada")]
    public async Task A_certificate_that_names_nobody_is_unauthenticated(string detail, params string[] uris)
    {
        var info = await RefusalOfAsync(host.Site.Client(uris), StatusCode.Unauthenticated);
        Assert.Equal("UNAUTHENTICATED", info.Reason);
        Assert.Contains(detail, info.Metadata["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_certificate_ends_in_the_handshake() => await AssertNoHandshakeAsync(null);

    [Fact]
    public async Task A_certificate_of_another_authority_ends_in_the_handshake()
    {
        // The same name as the real authority's: the signature decides.
        using var foreign = new SiteCertificates("Site", host.Clock.GetUtcNow());
        await AssertNoHandshakeAsync(foreign.Client("urn:gateway:person:ada"));
    }

    [Theory]
    [InlineData(SiteCertificates.ServerPurpose, 1)]
    [InlineData(null, 1)]
    [InlineData(SiteCertificates.ClientPurpose, -1)]
    public async Task A_certificate_for_another_purpose_or_time_ends_in_the_handshake(string? purpose, int daysLeft) =>
        await AssertNoHandshakeAsync(host.Site.Issue(purpose, host.Clock.GetUtcNow().AddDays(daysLeft), "urn:gateway:person:ada"));

    [Fact]
    public async Task Audit_is_for_auditors()
    {
        using var channel = host.Connect(host.Site.Client("urn:gateway:person:ada"));
        var thrown = await Assert.ThrowsAsync<RpcException>(
            async () => await new AuditService.AuditServiceClient(channel).ListAuditRecordsAsync(new ListAuditRecordsRequest(), cancellationToken: Cancellation));
        Assert.Equal(StatusCode.PermissionDenied, thrown.StatusCode);
        var info = thrown.GetRpcStatus()?.GetDetail<ErrorInfo>();
        Assert.Equal("ROLE_MISSING", info?.Reason);
        Assert.Equal("gateway", info?.Domain);
        Assert.Contains(host.Audited, entry => entry is { Actor: "ada", Action: "call.refused", Refusal: RefusalCode.RoleMissing });
    }

    [Fact]
    public async Task Audit_pages_lead_through_all_records()
    {
        using var channel = host.Connect(host.Site.Client("urn:gateway:person:olga"));
        var client = new AuditService.AuditServiceClient(channel);
        var actions = new List<string>();
        var request = new ListAuditRecordsRequest { PageSize = 2 };
        do
        {
            var page = await client.ListAuditRecordsAsync(request, cancellationToken: Cancellation);
            actions.AddRange(page.Records.Select(record => record.Action));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        Assert.Equal(["step.1", "step.2", "step.3", "step.4", "step.5"], actions);
    }

    [Fact]
    public async Task A_crash_answers_internal_and_keeps_its_cause()
    {
        var thrown = await ProbeAsync("crash");
        Assert.Equal(StatusCode.Internal, thrown.StatusCode);
        Assert.Equal("INTERNAL", thrown.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason);
        Assert.DoesNotContain(HostFixture.Secret, thrown.ToString(), StringComparison.Ordinal);
        Assert.Contains(
            host.Audited,
            entry => entry is { Actor: "ada", Refusal: RefusalCode.Internal, Detail: "/gateway.v1.LaneService/ListLanes InvalidOperationException" });
    }

    [Fact]
    public async Task A_refusal_is_answered_and_recorded()
    {
        var thrown = await ProbeAsync("refuse");
        Assert.Equal("LANE_UNKNOWN", thrown.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason);
        Assert.Contains(
            host.Audited,
            entry => entry.Refusal == RefusalCode.LaneUnknown && entry.Detail == "/gateway.v1.LaneService/ListLanes lane-9");
    }

    [Fact]
    public async Task A_full_disk_is_said_to_be_one()
    {
        var thrown = await ProbeAsync("full");
        Assert.Equal(StatusCode.ResourceExhausted, thrown.StatusCode);
        Assert.Equal("STORAGE_FULL", thrown.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason);
        Assert.Contains(host.Audited, entry => entry is { Action: "call.refused", Refusal: RefusalCode.StorageFull });
    }

    [Theory]
    [InlineData("")]
    [InlineData("watches the stop itself")]
    public async Task A_stop_ends_watches_at_once_and_tells_them_to_come_back(string cursor)
    {
        await using var own = new HostFixture();
        await own.InitializeAsync();
        using var channel = own.Connect(own.Site.Client("urn:gateway:person:ada"));
        using var watch = new ImportService.ImportServiceClient(channel).WatchImports(new WatchImportsRequest { Cursor = cursor }, cancellationToken: Cancellation);
        Assert.True(await watch.ResponseStream.MoveNext(Cancellation));
        await own.StopAsync();
        var thrown = await Assert.ThrowsAsync<RpcException>(() => watch.ResponseStream.MoveNext(Cancellation));
        Assert.Equal(StatusCode.Unavailable, thrown.StatusCode);
        Assert.Equal("The service is stopping.", thrown.Status.Detail);
    }

    [Fact]
    public async Task A_trust_root_that_expires_while_the_service_runs_names_nobody()
    {
        await using var own = new HostFixture();
        await own.InitializeAsync();
        using var channel = own.Connect(own.Site.Issue(SiteCertificates.ClientPurpose, own.Clock.GetUtcNow().AddDays(60), "urn:gateway:person:ada"));
        var client = new LaneService.LaneServiceClient(channel);
        await client.ListLanesAsync(new ListLanesRequest(), cancellationToken: Cancellation);
        own.Clock.Advance(TimeSpan.FromDays(31));
        var thrown = await Assert.ThrowsAsync<RpcException>(async () => await client.ListLanesAsync(new ListLanesRequest(), cancellationToken: Cancellation));
        Assert.Equal("TRUST_ROOT_EXPIRED", thrown.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason);
    }

    [Fact]
    public async Task Health_answers_a_probe_that_the_trust_root_does_not_list()
    {
        using var channel = host.Connect(host.Site.Client());
        var answer = await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest(), cancellationToken: Cancellation);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, answer.Status);
    }

    [Fact]
    public async Task Reflection_lists_the_services_to_people_only()
    {
        Assert.Contains("gateway.v1.AuditService", await ReflectAsync("urn:gateway:person:ada"));
        var thrown = await Assert.ThrowsAsync<RpcException>(() => ReflectAsync("urn:gateway:person:eve"));
        Assert.Equal(StatusCode.Unauthenticated, thrown.StatusCode);
    }

    private async Task<Lane> WhoAmIAsync(X509Certificate2 certificate)
    {
        using var channel = host.Connect(certificate);
        return (await new LaneService.LaneServiceClient(channel).ListLanesAsync(new ListLanesRequest(), cancellationToken: Cancellation)).Lanes.Single();
    }

    private async Task<ErrorInfo> RefusalOfAsync(X509Certificate2 certificate, StatusCode expected)
    {
        var thrown = await Assert.ThrowsAsync<RpcException>(() => WhoAmIAsync(certificate));
        Assert.Equal(expected, thrown.StatusCode);
        return thrown.GetRpcStatus()!.GetDetail<ErrorInfo>()!;
    }

    private async Task AssertNoHandshakeAsync(X509Certificate2? certificate)
    {
        using var channel = host.Connect(certificate);
        var thrown = await Assert.ThrowsAsync<RpcException>(
            async () => await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest(), cancellationToken: Cancellation));
        Assert.Null(thrown.GetRpcStatus());
        Assert.NotEqual(StatusCode.OK, thrown.StatusCode);
        Assert.IsType<HttpRequestException>(thrown.Status.DebugException, exactMatch: false);
    }

    private async Task<RpcException> ProbeAsync(string what)
    {
        using var channel = host.Connect(host.Site.Client("urn:gateway:person:ada"));
        return await Assert.ThrowsAsync<RpcException>(async () => await new LaneService.LaneServiceClient(channel)
            .ListLanesAsync(new ListLanesRequest { PageToken = what }, cancellationToken: Cancellation));
    }

    private async Task<IReadOnlyList<string>> ReflectAsync(string uri)
    {
        using var channel = host.Connect(host.Site.Client(uri));
        using var call = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo(cancellationToken: Cancellation);
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" }, Cancellation);
        Assert.True(await call.ResponseStream.MoveNext(Cancellation));
        return [.. call.ResponseStream.Current.ListServicesResponse.Service.Select(service => service.Name)];
    }
}
