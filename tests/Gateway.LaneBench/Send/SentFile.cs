namespace Gateway.LaneBench.Send;

/// <summary>What sending one file took.</summary>
/// <param name="File">The file.</param>
/// <param name="Session">Its session.</param>
/// <param name="Bytes">Its bytes.</param>
/// <param name="Seconds">From the first datagram to the last end mark.</param>
/// <param name="GbitPerSecond">Content over those seconds.</param>
/// <param name="Datagrams">Datagrams sent.</param>
/// <param name="DatagramBytes">UDP payload of each.</param>
/// <param name="DataSymbols">k.</param>
/// <param name="ParitySymbols">m.</param>
/// <param name="Interleave">Blocks in a group.</param>
/// <param name="RateBitsPerSecond">Pace of the line.</param>
/// <param name="CpuSeconds">User and system time of this process meanwhile.</param>
/// <param name="PeakBytes">Highest resident set of this process so far.</param>
/// <param name="Began">When sending began, in seconds since 1970.</param>
/// <param name="Ended">When it ended, in seconds since 1970.</param>
internal sealed record SentFile(
    string File,
    ulong Session,
    long Bytes,
    double Seconds,
    double GbitPerSecond,
    long Datagrams,
    int DatagramBytes,
    int DataSymbols,
    int ParitySymbols,
    int Interleave,
    long RateBitsPerSecond,
    double CpuSeconds,
    long PeakBytes,
    double Began,
    double Ended);
