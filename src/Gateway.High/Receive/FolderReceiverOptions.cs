using Gateway.Core.Wire;

namespace Gateway.High.Receive;

/// <summary>How one folder lane is received.</summary>
public sealed record FolderReceiverOptions
{
    /// <summary>Seconds without change after which a set that can be read is read, unless configured: a copy that is under way changes every second.</summary>
    public const int DefaultSettleSeconds = 10;

    /// <summary>Seconds without change after which a set is read as far as it came, unless configured: somebody changes discs within them.</summary>
    public const int DefaultPatienceSeconds = 3600;

    /// <summary>Id of the lane; volumes of another are left alone.</summary>
    public required string Lane { get; init; }

    /// <summary>Where volumes appear. It is only read, and where <see cref="Delete"/> says so, what was read is removed from it.</summary>
    public required string Directory { get; init; }

    /// <summary>Keys whose datagrams are taken; none where the lane is not authenticated.</summary>
    public IReadOnlyList<LaneKey> Keys { get; init; } = [];

    /// <summary>True to remove the volumes of a session that is whole.</summary>
    public bool Delete { get; init; }

    /// <summary>Time without change after which a set of as many volumes as it needs is read.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromSeconds(DefaultSettleSeconds);

    /// <summary>Time without change after which a set is read as far as it came.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(DefaultPatienceSeconds);

    /// <summary>Bounds of the receiver's memory; what a UDP lane's ring would take holds the stripe that is read.</summary>
    public LaneMemory Memory { get; init; } = LaneMemory.Divide(LaneMemory.DefaultBytes, 0);
}
