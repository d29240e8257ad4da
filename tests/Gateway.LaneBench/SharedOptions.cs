using System.CommandLine;

namespace Gateway.LaneBench;

/// <summary>What both directions take.</summary>
internal static class SharedOptions
{
    /// <summary>Id of the lane; its tag keeps these datagrams out of every configured lane with another id.</summary>
    public const string Lane = "lane-bench";

    public static Option<string?> Key() => new("--key") { HelpName = "F", Description = "File with the lane key, the same on both sides. Without it, datagrams are not authenticated." };

    public static Option<string[]> Configuration() => new("--configuration")
    {
        HelpName = "FILE",
        Description = "Configuration of a gateway whose storage and ports are to be left alone, beside those in /etc/gateway.",
        DefaultValueFactory = _ => [],
    };

    /// <summary>The MTU that a lane's datagrams fit.</summary>
    public static Option<int?> Mtu() => new("--mtu") { HelpName = "N", Description = "Bytes of an IP packet on the way to the far side. Default: of the interface that leads there." };
}
