using System.Net;
using Gateway.Core.Wire;
using Gateway.Low;
using Gateway.Low.Send;
using Xunit;

namespace Gateway.Tests.Low;

public sealed class LaneOptionsTests
{
    private static readonly LaneOptions Whole = new(
        "lane-1", "udp", [new(IPAddress.Loopback, 9000)], Mtu: 1500, RateBitsPerSecond: 1_000_000_000, Authentication: "none");

    [Fact]
    public void A_datagram_fills_a_packet_of_the_mtu_whether_it_has_a_tag_or_not()
    {
        var options = Whole.ToSenderOptions(lastSession: 7);
        Assert.Equal(1500 - 28 - Datagram.OverheadBytes, options.Geometry.SymbolBytes);
        Assert.Equal((7UL, 1_000_000_000), (options.LastSession, options.RateBitsPerSecond));
        Assert.Null(options.Key);
    }

    [Fact]
    public void A_packet_of_the_other_family_has_a_longer_header() =>
        Assert.Equal(
            1500 - 48 - Datagram.OverheadBytes,
            (Whole with { Targets = [new(IPAddress.Loopback, 9000), new(IPAddress.IPv6Loopback, 9000)] }).ToSenderOptions(0).Geometry.SymbolBytes);

    [Fact]
    public void What_is_not_configured_is_asked_of_the_interface_and_what_it_does_not_say_is_an_error()
    {
        var errors = (Whole with { Mtu = null, RateBitsPerSecond = null }).Check().ToList();
        var error = Assert.Single(errors);
        Assert.Equal("rateBitsPerSecond", error.Key);
        Assert.Contains("lo does not say how fast it is; add it", error.Problem, StringComparison.Ordinal);

        var loopback = (Whole with { Mtu = null }).ToSenderOptions(0);
        Assert.InRange(loopback.Geometry.SymbolBytes, 1500, FecGeometry.MaximumSymbolBytes);
    }

    [Fact]
    public void The_interface_of_a_route_tells_its_mtu()
    {
        Assert.True(LaneRoute.Find(new(IPAddress.Loopback, 9000), null).Succeeded(out var route, out _));
        Assert.Equal(("lo", 65_535, null), (route.Interface, route.Mtu, route.BitsPerSecond));
    }

    [Fact]
    public void A_key_is_read_and_its_absence_has_to_be_said()
    {
        using var directory = new TemporaryDirectory();
        var file = directory.Write("lane.key", LaneKey.Generate().ToText());
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var keyed = Whole with { Key = file, Authentication = null };
        Assert.NotNull(keyed.ToSenderOptions(0).Key);

        Assert.Equal("key", Assert.Single((keyed with { Key = null }).Check()).Key);
        Assert.Equal("key", Assert.Single((keyed with { Authentication = "none" }).Check()).Key);
        Assert.Equal("authentication", Assert.Single((keyed with { Authentication = "off" }).Check()).Key);
        directory.Write("lane.key", "no key");
        Assert.Equal("key", Assert.Single(keyed.Check()).Key);
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var wrong = new LaneOptions(
            "lane-1", "sneakernet", [new(IPAddress.Loopback, 9000), new(IPAddress.Loopback, 9000)], Interface: "nonesuch0", Compression: "zip", LossTarget: new(90, -1));
        Assert.Equal(
            ["compression", "interface", "key", "kind", "lossTarget.burstMilliseconds", "lossTarget.randomPercent", "targets[1]"],
            wrong.Check().Select(error => error.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_loss_that_no_geometry_survives_is_refused_with_the_nearest_that_one_does()
    {
        var error = Assert.Single((Whole with { RateBitsPerSecond = 100_000_000_000, LossTarget = new(1, 500) }).Check());
        Assert.Equal("lossTarget", error.Key);
        Assert.Contains("nearest", error.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Parity_follows_the_stated_loss()
    {
        var (low, high) = ((Whole with { LossTarget = new(0.1) }).ToSenderOptions(0).Geometry, (Whole with { LossTarget = new(5) }).ToSenderOptions(0).Geometry);
        Assert.True(low.ParitySymbols * high.DataSymbols < high.ParitySymbols * low.DataSymbols);
    }

    [Fact]
    public void A_lane_of_files_has_a_directory_and_nothing_of_a_network()
    {
        var folder = new LaneOptions("lane-1", "folder", Directory: "/tmp", VolumeBytes: 4 << 20, ParityVolumes: 2, Authentication: "none");
        Assert.Empty(folder.Check());
        var options = folder.ToFolderOptions(lastSession: 7, reserveBytes: 8);
        Assert.Equal(("/tmp", 4 << 20, 2, 8, 7UL), (options.Directory, options.VolumeBytes, options.ParityVolumes, options.ReserveBytes, options.LastSession));
        Assert.Equal(
            ["directory", "key", "mtu", "rateBitsPerSecond", "targets"],
            (Whole with { Kind = "folder", Authentication = null }).Check().Select(error => error.Key).Order(StringComparer.Ordinal));
        Assert.Equal(["compression"], (folder with { Compression = "zip" }).Check().Select(error => error.Key));
        Assert.Equal(["compression"], (folder with { Compression = "weights", ParityVolumes = 0 }).Check().Select(error => error.Key));
        Assert.True((folder with { Compression = "weights" }).ToFolderOptions(0, 0).PacksWeights);
        Assert.False(options.PacksWeights);
        Assert.Equal(["directory"], (Whole with { Directory = "/tmp" }).Check().Select(error => error.Key));
        Assert.Equal(["targets"], (Whole with { Targets = null }).Check().Select(error => error.Key));
    }
}
