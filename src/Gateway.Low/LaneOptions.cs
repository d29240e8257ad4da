using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Gateway.Core.Wire;
using Gateway.Hosting.Configuration;
using Gateway.Hosting.Keys;
using Gateway.Low.Send;

namespace Gateway.Low;

/// <summary>One lane.</summary>
/// <param name="Id">The same on both sides.</param>
/// <param name="Kind"><c>udp</c> or <c>folder</c>. But for <paramref name="Key"/>, <paramref name="Authentication"/> and <paramref name="Compression"/>, the rest is of one kind.</param>
/// <param name="Targets">Ports of the far side of the diode, one for each flow.</param>
/// <param name="Interface">The only network interface that it leaves by; without it the routes decide.</param>
/// <param name="Mtu">Bytes of an IP packet; without it, what the interface carries.</param>
/// <param name="RateBitsPerSecond">Pace, Ethernet framing included; without it, what the interface says of itself.</param>
/// <param name="Key">File with the lane's key.</param>
/// <param name="Authentication"><c>none</c> in place of a key, where nobody but this side can put light on the fibre.</param>
/// <param name="LossTarget">The loss that parity is to mend.</param>
/// <param name="Compression"><c>weights</c> packs blocks of weights, on a lane of datagrams while that is no slower; <c>none</c> sends all as it is.</param>
/// <param name="Passes">Times that everything is sent.</param>
/// <param name="HeartbeatSeconds">Time between heartbeats.</param>
/// <param name="HeaderRepeats">Copies of the header before the data.</param>
/// <param name="Directory">Kind folder: where volumes appear, for whatever carries them.</param>
/// <param name="VolumeBytes">Kind folder: most bytes of a volume.</param>
/// <param name="ParityVolumes">Kind folder: volumes of a session that may be missing or damaged.</param>
internal sealed record LaneOptions(
    [property: IdentifierRule] string Id,
    string Kind,
    [property: Items(1, LaneSenderOptions.MaximumTargets, "each is a flow with a thread of its own")] IReadOnlyList<IPEndPoint>? Targets = null,
    string? Interface = null,
    [property: Limit(256, 65_535, "bytes", "fewer are mostly headers, and an IP packet has no more")] int? Mtu = null,
    [property: Limit(1_000_000, 1_000_000_000_000, "bits per second", "slower is a modem, faster than any network card")] long? RateBitsPerSecond = null,
    [property: PathRule(PathKind.ExistingFile)] string? Key = null,
    string? Authentication = null,
    LossOptions? LossTarget = null,
    string Compression = LaneOptions.NoCompression,
    [property: Limit(1, LaneSenderOptions.MaximumPasses, "passes", "beyond it the loss target is wrong")] int Passes = 1,
    [property: Limit(1, 60, "seconds", "the high side calls a lane silent after a few")] int HeartbeatSeconds = LaneSenderOptions.DefaultHeartbeatSeconds,
    [property: Limit(1, 16, "copies", "one copy may be lost whole")] int HeaderRepeats = LaneSenderOptions.DefaultHeaderRepeats,
    [property: PathRule(PathKind.ExistingDirectory)] string? Directory = null,
    [property: Limit(FolderSenderOptions.MinimumVolumeBytes, FolderSenderOptions.MaximumVolumeBytes, "bytes", "fewer are mostly headers, and no medium holds more")]
    long VolumeBytes = FolderSenderOptions.DefaultVolumeBytes,
    [property: Limit(0, FolderSenderOptions.MaximumParityVolumes, "volumes", "each is written whole for every session")]
    int ParityVolumes = FolderSenderOptions.DefaultParityVolumes)
{
    private const string NoAuthentication = "none";
    private const string NoCompression = "none";
    private const string Weights = "weights";
    private const int IPv4AndUdpBytes = 20 + 8;
    private const int IPv6AndUdpBytes = 40 + 8;

    /// <summary>True where it is of files.</summary>
    internal bool IsFolder => Kind == LaneStatus.Folder;

    /// <summary>Where a lane of datagrams leads; nowhere for one of files.</summary>
    internal IReadOnlyList<IPEndPoint> Addresses => Targets ?? [];

    /// <summary>What is wrong between options of this lane, and what the machine does not say of itself, with keys relative to the lane.</summary>
    public IEnumerable<ConfigurationError> Check()
    {
        var errors = new List<ConfigurationError>();
        _ = IsFolder ? (object?)ResolveFolder(lastSession: 0, reserveBytes: 0, errors) : Resolve(lastSession: 0, errors);
        return errors;
    }

    /// <summary>How a lane of files is sent. Only what <see cref="Check"/> finds nothing wrong with.</summary>
    /// <param name="lastSession">Newest session of earlier runs.</param>
    /// <param name="reserveBytes">Bytes that stay free.</param>
    public FolderSenderOptions ToFolderOptions(ulong lastSession, long reserveBytes)
    {
        var errors = new List<ConfigurationError>();
        return ResolveFolder(lastSession, reserveBytes, errors) ?? throw new InvalidOperationException($"Lane {Id} changed since it was checked: {string.Join("; ", errors)}");
    }

    /// <summary>How it is sent. Only what <see cref="Check"/> finds nothing wrong with.</summary>
    public LaneSenderOptions ToSenderOptions(ulong lastSession)
    {
        var errors = new List<ConfigurationError>();
        return Resolve(lastSession, errors) ?? throw new InvalidOperationException($"Lane {Id} changed since it was checked: {string.Join("; ", errors)}");
    }

    private LaneSenderOptions? Resolve(ulong lastSession, List<ConfigurationError> errors)
    {
        if (Kind != LaneStatus.Udp)
        {
            errors.Add(new("kind", $"is \"{Kind}\"; known here: {LaneStatus.Udp}, {LaneStatus.Folder}"));
        }

        if (Targets is null)
        {
            errors.Add(new("targets", "is missing; give the ports of the far side of the diode"));
            return null;
        }

        if (Directory is not null)
        {
            errors.Add(new("directory", $"is of kind {LaneStatus.Folder}; leave it out"));
        }

        for (var i = 1; i < Targets.Count; i++)
        {
            if (Targets.Take(i).Contains(Targets[i]))
            {
                errors.Add(new($"targets[{i}]", $"{Targets[i]} is there twice; give each flow a port of its own"));
            }
        }

        CheckCompression(errors);
        var key = ReadKey(errors);
        var loss = (LossTarget ?? new()).Read(errors);
        var routes = Routes(errors);
        var (mtu, rate) = (Mtu ?? MtuOf(routes, errors), RateBitsPerSecond ?? RateOf(routes, errors));
        if (mtu is null || rate is null || loss is null || errors.Count > 0)
        {
            return null;
        }

        if (!loss.GeometryFor(mtu.Value - Targets.Max(HeadersOf), rate.Value).Succeeded(out var geometry, out var refusal))
        {
            errors.Add(new("lossTarget", refusal.Detail));
            return null;
        }

        return new()
        {
            Lane = Id,
            Targets = Targets,
            Interface = Interface,
            RateBitsPerSecond = rate.Value,
            Geometry = geometry,
            Key = key,
            Heartbeat = TimeSpan.FromSeconds(HeartbeatSeconds),
            HeaderRepeats = HeaderRepeats,
            Passes = Passes,
            PackedParity = Compression == Weights ? loss.ParityOf(geometry, rate.Value) : null,
            LastSession = lastSession,
        };
    }

    private FolderSenderOptions? ResolveFolder(ulong lastSession, long reserveBytes, List<ConfigurationError> errors)
    {
        if (Directory is null)
        {
            errors.Add(new("directory", "is missing; give the directory where volumes are to appear"));
        }

        foreach (var (name, isThere) in (ReadOnlySpan<(string, bool)>)[("targets", Targets is not null), ("interface", Interface is not null), ("mtu", Mtu is not null), ("rateBitsPerSecond", RateBitsPerSecond is not null), ("lossTarget", LossTarget is not null)])
        {
            if (isThere)
            {
                errors.Add(new(name, $"is of kind {LaneStatus.Udp}; leave it out"));
            }
        }

        CheckCompression(errors);
        if (Compression == Weights && ParityVolumes == 0)
        {
            errors.Add(new("compression", $"is \"{Weights}\" on a lane without parity volumes, where a bad sector may then cost blocks; set parityVolumes to 1 or more"));
        }

        var key = ReadKey(errors);
        return errors.Count > 0 ? null : new()
        {
            Lane = Id,
            Directory = Directory!,
            VolumeBytes = VolumeBytes,
            ParityVolumes = ParityVolumes,
            PacksWeights = Compression == Weights,
            ReserveBytes = reserveBytes,
            Key = key,
            LastSession = lastSession,
        };
    }

    private void CheckCompression(List<ConfigurationError> errors)
    {
        if (Compression is not (NoCompression or Weights))
        {
            errors.Add(new("compression", $"is \"{Compression}\"; known here: {NoCompression}, {Weights}"));
        }
    }

    private LaneKey? ReadKey(List<ConfigurationError> errors)
    {
        if (Authentication is not null and not NoAuthentication)
        {
            errors.Add(new("authentication", $"is \"{Authentication}\"; leave it out and give a key, or write \"{NoAuthentication}\""));
        }
        else if (Key is null && Authentication is null)
        {
            errors.Add(new("key", $"is missing; make one with `gateway lane key` and give its file here and on the high side, or write \"authentication\": \"{NoAuthentication}\""));
        }
        else if (Key is not null && Authentication is not null)
        {
            errors.Add(new("key", $"stands beside \"authentication\": \"{NoAuthentication}\"; leave one of them out"));
        }
        else if (Key is not null)
        {
            if (LaneKeyFile.Read(Key).Succeeded(out var key, out var refusal))
            {
                return key;
            }

            errors.Add(new("key", refusal.Detail));
        }

        return null;
    }

    // Looked up only where something is to be learned or to be seen to: a lane may be configured before its network is there.
    private List<LaneRoute> Routes(List<ConfigurationError> errors)
    {
        var routes = new List<LaneRoute>();
        if (Interface is null && Mtu is not null && RateBitsPerSecond is not null)
        {
            return routes;
        }

        foreach (var target in Interface is null ? Addresses : Addresses.Take(1))
        {
            if (LaneRoute.Find(target, Interface).Succeeded(out var route, out var refusal))
            {
                routes.Add(route);
            }
            else
            {
                errors.Add(new(Interface is null ? "targets" : "interface", refusal.Detail));
            }
        }

        return routes;
    }

    private static int? MtuOf(List<LaneRoute> routes, List<ConfigurationError> errors)
    {
        if (routes.Find(route => route.Mtu is null) is { } silent)
        {
            errors.Add(new("mtu", $"is missing, and {silent.Interface} does not say what it carries; add it"));
        }

        return routes.Min(route => route.Mtu);
    }

    private static long? RateOf(List<LaneRoute> routes, List<ConfigurationError> errors)
    {
        if (routes.Find(route => route.BitsPerSecond is null) is { } silent)
        {
            errors.Add(new("rateBitsPerSecond", $"is missing, and {silent.Interface} does not say how fast it is; add it: nothing is sent unpaced into a diode"));
            return null;
        }

        return routes.Count == 0 ? null : routes.DistinctBy(route => route.Interface).Sum(route => route.BitsPerSecond);
    }

    private static int HeadersOf(IPEndPoint target) => target.AddressFamily == AddressFamily.InterNetworkV6 ? IPv6AndUdpBytes : IPv4AndUdpBytes;
}

/// <summary>The loss that a lane is to survive.</summary>
/// <param name="RandomPercent">Datagrams lost at random, percent.</param>
/// <param name="BurstMilliseconds">Longest outage, milliseconds.</param>
internal sealed record LossOptions(double? RandomPercent = null, double? BurstMilliseconds = null)
{
    public LossTarget? Read(List<ConfigurationError> errors)
    {
        var percent = RandomPercent ?? LossTarget.Default.RandomLoss * 100;
        var milliseconds = BurstMilliseconds ?? LossTarget.Default.Burst.TotalMilliseconds;
        var before = errors.Count;
        Bound("randomPercent", percent, LossTarget.MaximumRandomLoss * 100, "percent", errors);
        Bound("burstMilliseconds", milliseconds, LossTarget.MaximumBurst.TotalMilliseconds, "milliseconds", errors);
        return errors.Count == before ? new(percent / 100, TimeSpan.FromMilliseconds(milliseconds)) : null;
    }

    private static void Bound(string name, double value, double maximum, string unit, List<ConfigurationError> errors)
    {
        if (value is not >= 0 || value > maximum)
        {
            errors.Add(new($"lossTarget.{name}", string.Create(CultureInfo.InvariantCulture, $"is {value}; give 0 to {maximum} {unit}")));
        }
    }
}
