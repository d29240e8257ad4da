using Xunit;

namespace Gateway.Tests.Rules;

/// <summary>The units in deploy/systemd run our programs, as somebody of their own, with as little as they can do with.</summary>
public sealed class SystemdUnitTests
{
    private static readonly string[] Hardening =
    [
        "CapabilityBoundingSet=", "AmbientCapabilities=", "NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes", "PrivateDevices=yes", "ProtectKernelTunables=yes",
        "ProtectKernelModules=yes", "ProtectControlGroups=yes", "RestrictNamespaces=yes", "RestrictSUIDSGID=yes", "LockPersonality=yes", "SystemCallArchitectures=native", "Restart=on-failure",
    ];

    public static TheoryData<string> Units => [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "deploy", "systemd"), "*.service").Select(path => Path.GetFileName(path))];

    [Theory]
    [MemberData(nameof(Units))]
    public void Unit_is_hardened_restarts_and_is_nobody_elses(string unit)
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, "deploy", "systemd", unit));
        Assert.All(Hardening, line => Assert.Contains(line, lines));
        Assert.Contains(lines, line => line.StartsWith("RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX", StringComparison.Ordinal));
        var user = Assert.Single(lines, line => line.StartsWith("User=", StringComparison.Ordinal))["User=".Length..];
        Assert.Contains($"Group={user}", lines);
        Assert.NotEqual("root", user);
        Assert.Contains($"StateDirectory={user}", lines);
        Assert.All(lines, line => Assert.True(line.Length == 0 || line[0] is '#' or '[' || line.Contains('=', StringComparison.Ordinal), line));
    }

    [Theory]
    [MemberData(nameof(Units))]
    public void Unit_starts_a_program_of_ours(string unit)
    {
        var start = File.ReadAllLines(Path.Combine(Repository.Root, "deploy", "systemd", unit)).Single(line => line.StartsWith("ExecStart=", StringComparison.Ordinal))["ExecStart=".Length..];
        var program = Path.GetFileName(start.Split(' ')[0]);
        Assert.Equal($"/opt/gateway/{program}/{program}", start.Split(' ')[0]);
        Assert.True(File.Exists(Path.Combine(AppContext.BaseDirectory, program)), program);
    }

    [Fact]
    public void Rules_have_a_user_of_their_own_and_are_read_again_on_reload()
    {
        var (rules, service) = (Read("gateway-rules"), Read("gateway-high"));
        Assert.DoesNotContain(service.Single(line => line.StartsWith("User=", StringComparison.Ordinal)), rules);
        Assert.Contains("ExecReload=/bin/kill -HUP $MAINPID", rules);

        static string[] Read(string unit) => File.ReadAllLines(Path.Combine(Repository.Root, "deploy", "systemd", $"{unit}.service"));
    }
}
