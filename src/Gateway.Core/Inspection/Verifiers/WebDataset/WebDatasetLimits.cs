namespace Gateway.Core.Inspection.Verifiers.WebDataset;

/// <summary>Limits of a WebDataset tar; a change of any of them is a new version of its verifier.</summary>
public static class WebDatasetLimits
{
    /// <summary>
    /// Most members. webdataset's ShardWriter ends a tar at 100,000 samples, and real samples have two to five members. A name costs some 40 bytes of memory, as
    /// does a sample's key: 40 MB at the limit.
    /// </summary>
    public const int Members = 500_000;

    /// <summary>Most directories that names lie in: samples are numbered within a few. Each costs memory as a member's name does.</summary>
    public const int Directories = 100_000;

    /// <summary>Longest pax header, in bytes: the longest path and one of each other record stay below 2 KiB.</summary>
    public const int PaxBytes = 8 * 1024;

    /// <summary>Longest user or group name in a pax record, in bytes: LOGIN_NAME_MAX of Linux.</summary>
    public const int OwnerBytes = 256;

    /// <summary>Findings of members that are told one by one for each code; of the rest the number is told, so that no code is lost.</summary>
    public const int ToldFindings = 8;

    /// <summary>Bytes that a tar's writers end at a multiple of: the record of POSIX pax, 20 blocks.</summary>
    public const int RecordBytes = 20 * UstarHeader.Bytes;
}
