using Gateway.Core.Inspection.Json;

namespace Gateway.Core.Inspection.Verifiers;

/// <summary>One JSON text (RFC 8259). Notebooks are refused whatever they are called; members that make a loader run code are warned of.</summary>
internal sealed class JsonVerifier : Verifier
{
    private readonly JsonRoot root;
    private readonly JsonStream json;

    /// <param name="name">The file's name.</param>
    public JsonVerifier(string name)
    {
        root = new JsonRoot(new LoaderSwitches(isModules: name == "modules.json"));
        json = new JsonStream(root);
    }

    public override FileFormat Format => FileFormat.Json;

    public override IEnumerable<Finding> Warnings => root.Switches.Warnings.Concat(json.Warnings);

    public override IReadOnlyList<SummaryEntry> Summarise() =>
        [new("root", root.IsObject ? "object" : "array"), new(root.IsObject ? "members" : "elements", Findings.Number(root.Members))];

    protected override void Release() => json.Dispose();

    protected override void Read(ReadOnlySpan<byte> block) => Refuse(json.Append(block, Offset));

    protected override void End() => Refuse(json.Complete(Offset));
}
