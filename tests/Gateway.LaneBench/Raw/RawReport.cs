namespace Gateway.LaneBench.Raw;

/// <summary>What crossed without FEC, hash or disk.</summary>
/// <param name="Bytes">UDP payload bytes sent, or received.</param>
/// <param name="Calls">Sends or receives of the kernel.</param>
/// <param name="Seconds">From the first to the last.</param>
/// <param name="GbitPerSecond">Payload over those seconds.</param>
/// <param name="CpuSeconds">User and system time of this process meanwhile.</param>
internal sealed record RawReport(long Bytes, long Calls, double Seconds, double GbitPerSecond, double CpuSeconds);
