using Gateway.Core.Inspection;
using Gateway.Core.Manifests;

namespace Gateway.Fuzz.Targets;

/// <summary>What is promised of all bytes of a file together: none is left over, they are one format, and what is read ahead is what comes.</summary>
internal sealed class WholenessRules(ArtifactPath path, FileFormat claimed)
{
    /// <summary>Names of formats that nothing marks, which content that is marked must not pass under.</summary>
    private static readonly ArtifactPath[] Unmarked = [.. ((string[])["a.txt", "a.onnx", "a.model", "LICENSE"]).Select(Path)];

    private readonly bool isBinary = claimed != FileFormat.Unknown && !FormatTable.Of(claimed).IsText;
    private readonly bool isMarked = claimed != FileFormat.Unknown && FormatTable.Of(claimed).Begins is not null;

    public void Check(byte[] input, FileInspection inspection, ReadAhead ahead)
    {
        CheckLies(input, inspection, ahead);
        if (!inspection.Accepted || !isBinary)
        {
            return;
        }

        Refused("no byte is missing", path, input[..^1]);
        // A tar ends in zeros, as many as fill a record.
        foreach (var one in (byte[])(claimed == FileFormat.WebDataset ? [1] : [0, (byte)'A']))
        {
            Refused("no byte is left over", path, [.. input, one]);
        }

        foreach (var other in isMarked ? Unmarked : [])
        {
            Refused($"no {other} is of this format", other, input);
        }
    }

    /// <summary>A file that is read before it comes, and comes otherwise, is refused; or what was read did not matter, and nothing else is said of it.</summary>
    private void CheckLies(byte[] input, FileInspection inspection, ReadAhead ahead)
    {
        if (ahead.IsUsed && Inspecting.File(path, input, Math.Max(1, input.Length), ahead.Lying()) is { Accepted: true } misled)
        {
            Inspecting.CheckSame(inspection, misled, "what is read ahead is what comes");
        }
    }

    private static void Refused(string rule, ArtifactPath name, byte[] input) => BrokenRuleException.Unless(!Inspecting.File(name, input).Accepted, rule, () => "it is accepted");

    private static ArtifactPath Path(string name) => ArtifactPath.Parse(name).Succeeded(out var parsed, out _) ? parsed : default;
}
