using System.Net;
using System.Text.Json;
using Gateway.Cli;
using Gateway.Cli.Dev;
using Xunit;

namespace Gateway.Tests.Cli.Doctor;

public sealed class DoctorCommandTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly ThrowawaySite site;

    public DoctorCommandTests()
    {
        site = ThrowawaySite.OpenOrCreate(directory.Path, TimeProvider.System);
        var nobody = new IPEndPoint(IPAddress.Loopback, 1);
        SiteConfiguration.Write(site, new SiteAddresses(nobody, nobody, nobody, nobody, new IPEndPoint(IPAddress.Loopback, 2), new IPEndPoint(IPAddress.Loopback, 3), new IPEndPoint(IPAddress.Loopback, 4)));
    }

    public void Dispose() => directory.Dispose();

    [Theory]
    [InlineData("low.json")]
    [InlineData("high.json")]
    public async Task A_sound_configuration_passes_and_warns_of_its_development_root(string file)
    {
        var (code, checks) = await ExamineAsync(file);

        Assert.Equal(ExitCode.Done, code);
        Assert.Equal("WARNING", checks["trust root's purpose"]);
        Assert.Equal("OK", checks["policy"]);
        Assert.Equal("OK", checks["service certificate"]);
    }

    [Fact]
    public async Task A_development_root_where_none_is_allowed_fails()
    {
        Edit("low.json", "\"allowDevelopment\": true", "\"allowDevelopment\": false");

        var (code, checks) = await ExamineAsync("low.json");

        Assert.Equal(ExitCode.Refused, code);
        Assert.Equal("FAILED", checks["trust root's purpose"]);
    }

    [Fact]
    public async Task Another_policy_than_the_configured_one_fails()
    {
        File.AppendAllText(Path.Combine(site.PolicyDirectory, "content.cedar"), "// edited\n");

        Assert.Equal("FAILED", (await ExamineAsync("high.json")).Checks["policy"]);
    }

    [Fact]
    public async Task A_signing_key_of_the_gateway_that_others_can_read_or_that_is_not_there_fails()
    {
        var key = site.SigningKeyOf(Cast.LowMachine);
        Assert.Equal("OK", (await ExamineAsync("low.json")).Checks["signing key"]);

        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Equal("FAILED", (await ExamineAsync("low.json")).Checks["signing key"]);

        File.Delete(key);
        Assert.Equal("FAILED", (await ExamineAsync("low.json")).Checks["signing key"]);
    }

    [Theory]
    [InlineData("low.json", "send buffer")]
    [InlineData("high.json", "receive buffer")]
    public async Task A_lane_has_its_key_and_what_the_kernel_grants_looked_at(string file, string buffer)
    {
        var (_, checks) = await ExamineAsync(file);
        Assert.Equal("OK", checks["lane key"]);
        Assert.Contains(checks[buffer], new[] { "OK", "WARNING" });
        Assert.Equal("OK", checks["network card"]);

        File.SetUnixFileMode(site.LaneKeyFile, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Equal("FAILED", (await ExamineAsync(file)).Checks["lane key"]);
        File.Delete(site.LaneKeyFile);
        File.WriteAllText(site.LaneKeyFile, "no key");
        File.SetUnixFileMode(site.LaneKeyFile, UnixFileMode.UserRead);
        Assert.Equal("FAILED", (await ExamineAsync(file)).Checks["lane key"]);
        File.Delete(site.LaneKeyFile);
        Assert.Equal("FAILED", (await ExamineAsync(file)).Checks["lane key"]);

        Edit("low.json", "\"key\": \"lane.key\"", "\"authentication\": \"none\"");
        Assert.Equal("WARNING", (await ExamineAsync("low.json")).Checks["lane key"]);
        Edit("low.json", "\"authentication\": \"none\"", "\"passes\": 1");
        Assert.Equal("FAILED", (await ExamineAsync("low.json")).Checks["lane key"]);
    }

    [Fact]
    public async Task The_card_that_the_low_side_sends_by_is_found_by_the_route_to_its_target()
    {
        var nobody = new IPEndPoint(IPAddress.Loopback, 1);
        SiteConfiguration.Write(site, new SiteAddresses(nobody, nobody, IPEndPoint.Parse("192.0.2.1:9000"), nobody, new IPEndPoint(IPAddress.Loopback, 2), new IPEndPoint(IPAddress.Loopback, 3), new IPEndPoint(IPAddress.Loopback, 4)));
        using var run = new CommandLineRun();
        await run.RunAsync("doctor", "--config", directory["low.json"], "--json");

        // A machine without any route says so; no machine is asked for a card with the target's own address.
        Assert.DoesNotContain("no network card here has", run.Out, StringComparison.Ordinal);
        Assert.Contains("lane-1", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("low.json", "\"targets\"")]
    [InlineData("high.json", "\"listen\"")]
    public async Task The_directory_of_a_lane_of_files_is_there_can_be_used_and_is_none_of_the_services(string file, string rest)
    {
        var carried = directory["carried"];
        Edit(file, "\"kind\": \"udp\"", "\"kind\": \"folder\", \"directory\": \"carried\"");
        Assert.Contains(rest, File.ReadAllText(directory[file]), StringComparison.Ordinal);
        Assert.Equal("FAILED", (await ExamineAsync(file)).Checks["lane directory"]);

        File.WriteAllText(carried, "a file");
        Assert.Equal("FAILED", (await ExamineAsync(file)).Checks["lane directory"]);
        File.Delete(carried);
        Directory.CreateDirectory(carried);
        var (_, checks) = await ExamineAsync(file);
        Assert.Equal("OK", checks["lane directory"]);
        Assert.False(checks.ContainsKey("network card"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(carried));

        var storage = directory[Path.GetFileNameWithoutExtension(file)];
        Directory.Delete(carried);
        Directory.CreateDirectory(Path.Combine(storage, "staging"));
        Directory.CreateSymbolicLink(carried, Path.Combine(storage, "staging"));
        Assert.Equal("FAILED", (await ExamineAsync(file)).Checks["lane directory"]);
        Directory.Delete(carried);
        Edit(file, "\"directory\": \"carried\"", "\"directory\": \".\"");
        Assert.Equal("FAILED", (await ExamineAsync(file)).Checks["lane directory"]);
    }

    [Theory]
    [InlineData("low.json", UnixFileMode.UserRead | UnixFileMode.UserExecute, "FAILED")]
    [InlineData("low.json", UnixFileMode.UserWrite | UnixFileMode.UserExecute, "FAILED")]
    [InlineData("high.json", UnixFileMode.UserRead | UnixFileMode.UserExecute, "OK")]
    [InlineData("high.json", UnixFileMode.UserWrite | UnixFileMode.UserExecute, "FAILED")]
    public async Task The_low_side_may_write_and_the_high_side_read_the_directory_of_a_lane_of_files(string file, UnixFileMode mode, string expected)
    {
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "root may do everything");
        Edit(file, "\"kind\": \"udp\"", "\"kind\": \"folder\", \"directory\": \"carried\"");
        Directory.CreateDirectory(directory["carried"], mode);
        var (_, checks) = await ExamineAsync(file);
        File.SetUnixFileMode(directory["carried"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.Equal(expected, checks["lane directory"]);
    }

    [Fact]
    public async Task A_lane_of_files_without_room_for_volumes_fails_on_the_low_side()
    {
        Edit("low.json", "\"kind\": \"udp\"", "\"kind\": \"folder\", \"directory\": \"carried\"");
        Directory.CreateDirectory(directory["carried"]);
        Edit("low.json", "\"minimumFreeBytes\": 268435456", "\"minimumFreeBytes\": 1152921504606846976");
        using var run = new CommandLineRun();
        await run.RunAsync("doctor", "--config", directory["low.json"], "--json");

        using var document = JsonDocument.Parse(run.Out);
        Assert.Contains(document.RootElement.GetProperty("checks").EnumerateArray(), c =>
            c.GetProperty("check").GetString() == "free space" && c.GetProperty("status").GetString() == "FAILED"
            && c.GetProperty("detail").GetString()!.Contains("carried", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_certificate_that_expires_soon_is_a_warning_and_an_expired_one_fails()
    {
        Assert.Equal("WARNING", (await ExamineAsync("low.json", inDays: 80)).Checks["service certificate"]);
        Assert.Equal("FAILED", (await ExamineAsync("low.json", inDays: 100)).Checks["service certificate"]);
    }

    [Fact]
    public async Task A_context_whose_service_is_away_fails()
    {
        using var run = new CommandLineRun();
        run.Variables["GATEWAY_CONTEXTS"] = site.ContextsFile;

        Assert.Equal(ExitCode.Refused, await run.RunAsync("doctor", "--context", "engineer", "--json"));
        Assert.Equal("FAILED", Checks(run.Out)["low side"]);
    }

    private async Task<(int Code, Dictionary<string, string> Checks)> ExamineAsync(string file, int inDays = 0)
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(TimeProvider.System.GetUtcNow().AddDays(inDays));
        using var run = new CommandLineRun { Time = clock };
        var code = await run.RunAsync("doctor", "--config", directory[file], "--json");
        return (code, Checks(run.Out));
    }

    private static Dictionary<string, string> Checks(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty("checks").EnumerateArray()
            .GroupBy(c => c.GetProperty("check").GetString()!)
            .ToDictionary(g => g.Key, g => g.First().GetProperty("status").GetString()!);
    }

    private void Edit(string file, string from, string to) =>
        directory.Write(file, File.ReadAllText(directory[file]).Replace(from, to, StringComparison.Ordinal));
}
