using Gateway.Core.Inspection.Verifiers.Zip;

namespace Gateway.Core.Inspection.Verifiers.Npz;

/// <summary>
/// Arrays in a zip archive, as <c>numpy.savez</c> and <c>numpy.savez_compressed</c> write them (numpy/lib/npyio): each member is an npy file
/// under the array's name. One without arrays is no more than an empty zip archive, and refused as such.
/// </summary>
internal sealed class NpzVerifier : Verifier
{
    private readonly NpzMembers members = new();
    private readonly ZipReader zip;

    public NpzVerifier(long fileBytes) => zip = new ZipReader(fileBytes, members);

    public override FileFormat Format => FileFormat.Npz;

    /// <summary>True for content that begins as only npz does: with a zip member that is called an npy file.</summary>
    public static bool Begins(ReadOnlySpan<byte> head) => ZipReader.Begins(head, NpzMembers.Ending);

    public override IEnumerable<Finding> Warnings => members.Floats.Seen() is { } nonFinite ? [nonFinite] : [];

    public override IReadOnlyList<SummaryEntry> Summarise() =>
    [
        new("arrays", Findings.Number(members.Count)),
        new("array bytes", Findings.Number(members.Bytes)),
        .. members.Told.Select((array, i) => new SummaryEntry($"array {Findings.Number(i + 1)}", array)),
    ];

    protected override void Read(ReadOnlySpan<byte> block)
    {
        if (Offset == 0 && !Begins(block))
        {
            Refuse(RefusalCode.FormatMismatch, 0, "it does not begin as npz does");
            return;
        }

        Refuse(zip.Append(block));
    }

    protected override void End()
    {
        if (Offset == 0)
        {
            Refuse(RefusalCode.FormatMalformed, 0, "it is empty");
            return;
        }

        Refuse(zip.Complete());
    }

    protected override void Release() => members.Dispose();
}
