namespace Gateway.Storage.High;

/// <summary>A named reader of what is published, whose place is kept.</summary>
public sealed record ConsumerRecord
{
    public required string Name { get; init; }

    public required ConsumerSettings Settings { get; init; }

    /// <summary>Actor who made it, and who may delete it.</summary>
    public required string Creator { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>Number of the last event that was considered for it.</summary>
    public required long Cursor { get; init; }

    public long Waiting { get; init; }

    public long Outstanding { get; init; }

    public long Dead { get; init; }
}

/// <summary>Where a delivery stands. What is acknowledged has no delivery any more.</summary>
internal enum DeliveryState
{
    Waiting = 1,
    Outstanding = 2,
    Dead = 3,
}

/// <summary>A published import in the hands of one process of a consumer.</summary>
/// <param name="Id">Names it within its consumer; another attempt has another id.</param>
/// <param name="Attempt">From 1.</param>
/// <param name="Event">The publication.</param>
public sealed record DeliveryRecord(string Id, int Attempt, ImportEvent Event);

/// <summary>What there is to hand out.</summary>
/// <param name="Delivery">The next, or null where there is none for now.</param>
/// <param name="Wake">When there may be one though nobody changed anything; null where nothing is pending.</param>
public readonly record struct TakenDelivery(DeliveryRecord? Delivery, DateTimeOffset? Wake);

/// <summary>An import that a consumer failed to take over.</summary>
/// <param name="Number">Number of the event that published it.</param>
/// <param name="Import">The import.</param>
/// <param name="Attempts">Attempts that were made.</param>
/// <param name="Reason">What went wrong the last time.</param>
/// <param name="Time">When it was given up.</param>
public sealed record DeadLetterRecord(long Number, ImportRecord Import, int Attempts, string Reason, DateTimeOffset Time);
