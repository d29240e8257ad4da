namespace Gateway.LaneBench.Receive;

/// <summary>What became of one file.</summary>
/// <param name="File">Where it lies; null where it is not whole and was removed.</param>
/// <param name="Whole">True where no block is missing and every block's checksum was right.</param>
/// <param name="Bytes">Bytes that the session stated.</param>
/// <param name="MissingBlocks">Blocks that FEC could not make whole.</param>
/// <param name="Blocks">Blocks of the file.</param>
/// <param name="Seconds">From the opened session to the whole file with its digest.</param>
/// <param name="GbitPerSecond">Content over those seconds.</param>
/// <param name="Sha256">Digest of the file as it lies on the disk; null where it is not whole.</param>
/// <param name="Datagrams">Datagrams received meanwhile.</param>
/// <param name="Dropped">Of those, not used.</param>
/// <param name="Loss">Share of the datagrams sent meanwhile that did not come.</param>
/// <param name="KernelDrops">Datagrams that the kernel dropped because the socket's buffer was full.</param>
/// <param name="RepairedBlocks">Blocks that needed parity.</param>
/// <param name="LostBlocks">Blocks that were given up, whether or not they came again.</param>
/// <param name="ParitySymbols">Parity symbols that a full block comes with.</param>
/// <param name="ParityNeeded">Blocks by the parity symbols that they needed: the margin.</param>
/// <param name="CpuSeconds">User and system time of this process meanwhile.</param>
/// <param name="PeakBytes">Highest resident set of this process so far.</param>
/// <param name="ReceiveBufferBytes">Socket buffer that the kernel granted.</param>
/// <param name="Began">When the session was opened, in seconds since 1970.</param>
/// <param name="Ended">When the file was whole with its digest, in seconds since 1970.</param>
internal sealed record ReceivedFileReport(
    string? File,
    bool Whole,
    long Bytes,
    long MissingBlocks,
    long Blocks,
    double Seconds,
    double GbitPerSecond,
    string? Sha256,
    long Datagrams,
    long Dropped,
    double Loss,
    long KernelDrops,
    long RepairedBlocks,
    long LostBlocks,
    int ParitySymbols,
    IReadOnlyList<long> ParityNeeded,
    double CpuSeconds,
    long PeakBytes,
    long ReceiveBufferBytes,
    double Began,
    double Ended);
