namespace Gateway.Core.Inspection.Verifiers.Npz;

/// <summary>The limits of npz files, beyond those of <see cref="Zip.ZipLimits"/>; stored arrays may be as large as the file.</summary>
internal static class NpzLimits
{
    /// <summary>Arrays of which name, type and shape are told, so that an approver can read them.</summary>
    public const int ToldArrays = 8;
}
