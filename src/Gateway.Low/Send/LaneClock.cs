namespace Gateway.Low.Send;

/// <summary>Time since a lane was made: the same for its flows, its pace and its rate.</summary>
internal sealed class LaneClock(TimeProvider timeProvider)
{
    private readonly long origin = timeProvider.GetTimestamp();

    public TimeSpan Now => timeProvider.GetElapsedTime(origin);
}
