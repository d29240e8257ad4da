using Gateway.Core.Inspection.Scanning;
using Gateway.Core.Manifests;

namespace Gateway.Core.Inspection;

/// <summary>Collects the inspections of an artifact's files in manifest order and judges what only shows when they are seen together.</summary>
public sealed class ArtifactInspector
{
    /// <summary>Version of the rules. Raise it with every change that can alter a finding, summary or limit: both sides compare it.</summary>
    public const string VerifierVersion = "4";

    /// <summary>Files of which names and samples of rows are told: all of 200,000 would not fit into a report, and more than these nobody reads.</summary>
    private const int SampledFiles = 100;

    private readonly ArtifactKind kind;
    private readonly List<FileInspection> files = [];
    private readonly TensorTable table = new();
    private long tensors;
    private int sampledFiles;

    public ArtifactInspector(ArtifactKind kind) => this.kind = kind;

    /// <summary>
    /// Adds the next file and the format that the manifest declares for it (<see cref="FileFormats.Name"/>); another one is
    /// FORMAT_MISMATCH.
    /// </summary>
    public void Add(FileInspection file, string declared)
    {
        ArgumentNullException.ThrowIfNull(file);
        tensors += file.Tensors?.Count ?? 0;
        var refusal = !file.Accepted ? null
            : file.Format.Name() != declared
                ? Findings.Refuse(RefusalCode.FormatMismatch, null, $"the manifest declares {Findings.Quote(declared)}; it is {file.Format.Name()}")
            : tensors > InspectionLimits.ArtifactTensors
                ? Findings.Refuse(RefusalCode.LimitExceeded, null, $"more than {Findings.Number(InspectionLimits.ArtifactTensors)} tensors in its shards")
            : null;
        files.Add(refusal is null ? Bounded(file) : file.Refused(refusal));
    }

    /// <summary>What files make an artifact: a checkpoint where weights are among them, or an index of some.</summary>
    public static ArtifactKind KindOf(IEnumerable<FileInspection> files) =>
        files.Any(f => f.Format == FileFormat.SafetensorsIndex || (f.Format != FileFormat.Unknown && FormatTable.Of(f.Format).IsWeights)) ? ArtifactKind.Checkpoint : ArtifactKind.Dataset;

    /// <summary>Ends the artifact.</summary>
    public ArtifactInspection Complete()
    {
        var byPath = files.ToDictionary(f => f.Path.Value, StringComparer.Ordinal);
        for (var i = 0; i < files.Count; i++)
        {
            if (files[i].Shards is not null && ShardCheck.Compare(files[i], byPath) is { } refusal)
            {
                files[i] = files[i].Refused(refusal);
            }
        }

        return new ArtifactInspection(VerifierVersion, files, [.. KindMismatch(), .. NotListed()], Totals(), NotChecked());
    }

    /// <summary>The file with as much of its table and of its samples as the report has room for.</summary>
    private FileInspection Bounded(FileInspection file)
    {
        if (file.Tensors is { } all)
        {
            file = file with { Tensors = all with { Rows = table.Take(all.Rows) } };
        }

        return file.Summary.Any(RowSamples.IsOf) && ++sampledFiles > SampledFiles ? file with { Summary = [.. file.Summary.Where(s => !RowSamples.IsOf(s))] } : file;
    }

    /// <summary>
    /// A checkpoint holds weights. A dataset holds none, or policies on checkpoints could be passed by another word; its arrays are npy.
    /// Where a file was refused, the kind is left open: what the file would have been is not known.
    /// </summary>
    private IEnumerable<Finding> KindMismatch()
    {
        if (!files.All(f => f.Accepted))
        {
            yield break;
        }

        var hasWeights = KindOf(files) == ArtifactKind.Checkpoint;
        if (kind == ArtifactKind.Checkpoint && !files.Exists(f => FormatTable.Of(f.Format).IsWeights))
        {
            yield return Findings.Refuse(RefusalCode.KindMismatch, null, "a checkpoint without a safetensors, gguf or onnx file");
        }
        else if (kind == ArtifactKind.Dataset && hasWeights)
        {
            yield return Findings.Refuse(
                RefusalCode.KindMismatch, null, "a dataset with safetensors, gguf or onnx; submit weights as a checkpoint and arrays as npy");
        }
    }

    private IEnumerable<Finding> NotListed() => table.Omitted == 0 ? [] :
    [
        Findings.Warn(
            FindingCodes.TensorsNotListed, null,
            $"{Findings.Number(table.Omitted)} of {Findings.Number(tensors)} tensors are not listed, nor compared with the version before; the digests of their files hold them"),
    ];

    private List<SummaryEntry> Totals()
    {
        var bytes = files.Aggregate(UInt128.Zero, (sum, f) => sum + (UInt128)f.Bytes);
        var formats = files.CountBy(f => f.Format).OrderBy(f => f.Key).Select(f => $"{f.Key.Name()} x{Findings.Number(f.Value)}");
        List<SummaryEntry> totals =
            [new("files", Findings.Number(files.Count)), new("bytes", Findings.Number(bytes)), new("formats", string.Join(", ", formats))];
        if (files.Exists(f => f.Tensors is not null))
        {
            var parameters = files.Aggregate(UInt128.Zero, (sum, f) => sum + (f.Tensors?.Parameters ?? 0));
            totals.Add(new("tensors", Findings.Number(files.Sum(f => (long)(f.Tensors?.Count ?? 0)))));
            totals.Add(new("parameters", Findings.Number(parameters)));
            totals.AddRange(TypeTotal.Sum(files.SelectMany(f => f.Tensors?.Types ?? []))
                .Select(t => new SummaryEntry(
                    $"dtype {t.Type}", $"{Findings.Number(t.Tensors)} tensors, {Findings.Number(t.Elements)} elements, {Findings.Number(t.Bytes)} bytes")));
        }

        if (files.Exists(f => f.Samples is not null))
        {
            totals.Add(new("members", Findings.Number(files.Sum(f => f.Samples?.Members ?? 0))));
            totals.Add(new("samples", Findings.Number(files.Sum(f => f.Samples?.Count ?? 0))));
        }

        if (files.Exists(HasRows))
        {
            totals.Add(new("rows", Findings.Number(files.Sum(f => f.Rows))));
            totals.Add(new("shards", Findings.Number(files.Count(f => f.Accepted && HasRows(f)))));
        }

        return totals;
    }

    /// <summary>A file of rows, or with such among its members.</summary>
    private static bool HasRows(FileInspection file) => Formats(file).Any(f => f != FileFormat.Unknown && FormatTable.Of(f).HasRows);

    /// <summary>What a file is, and its members are.</summary>
    private static IEnumerable<FileFormat> Formats(FileInspection file) => (file.Samples?.Formats ?? []).Prepend(file.Format);

    private static IEnumerable<string> NotChecked(FileInspection file) =>
        Formats(file).SelectMany(f => f.NotChecked()).Where(phrase => !file.FollowsSchema || phrase != FormatTable.SchemaOfValues);

    private string[] NotChecked() =>
        [.. files.SelectMany(NotChecked).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
