using System.Text.Json;
using Gateway.Core.Inspection.Json;

namespace Gateway.Core.Inspection.Verifiers;

/// <summary>One JSON text (RFC 8259). Notebooks are refused whatever they are called; members that make a loader run code are warned of.</summary>
internal sealed class JsonVerifier : Verifier
{
    private readonly Root root;
    private readonly JsonStream json;

    /// <param name="name">The file's name.</param>
    public JsonVerifier(string name)
    {
        root = new Root(new LoaderSwitches(isModules: name == "modules.json"));
        json = new JsonStream(root);
    }

    public override FileFormat Format => FileFormat.Json;

    public override IEnumerable<Finding> Warnings => root.Switches.Warnings.Concat(json.Warnings);

    public override IReadOnlyList<SummaryEntry> Summarise() =>
        [new("root", root.IsObject ? "object" : "array"), new(root.IsObject ? "members" : "elements", Findings.Number(root.Members))];

    protected override void Release() => json.Dispose();

    protected override void Read(ReadOnlySpan<byte> block) => Refuse(json.Append(block, Offset));

    protected override void End() => Refuse(json.Complete(Offset));

    /// <summary>Counts the outermost members.</summary>
    private sealed class Root(LoaderSwitches switches) : JsonVisitor
    {
        private bool hasNotebookFormat;
        private bool hasCells;

        public LoaderSwitches Switches => switches;

        public bool IsObject { get; private set; }

        public long Members { get; private set; }

        public override JsonFault? Begin(int depth, bool isObject)
        {
            IsObject = depth == 0 ? isObject : IsObject;
            switches.Begin(depth, isObject);
            CountElement(depth);
            return null;
        }

        public override JsonFault? Name(int depth, ReadOnlySpan<byte> name)
        {
            switches.Name(depth, IsObject, name);
            if (depth != 1 || !IsObject)
            {
                return null;
            }

            Members++;
            hasNotebookFormat |= name.SequenceEqual("nbformat"u8);
            hasCells |= name.SequenceEqual("cells"u8);
            return null;
        }

        public override JsonFault? String(int depth, ReadOnlySpan<byte> text)
        {
            switches.String(text);
            return CountElement(depth);
        }

        public override JsonFault? Number(int depth, ref Utf8JsonReader reader)
        {
            if (switches.IsAsked)
            {
                switches.Value(isTruthy: reader.TryGetDouble(out var number) && number != 0);
            }

            return CountElement(depth);
        }

        public override JsonFault? Literal(int depth, bool isTrue)
        {
            switches.Value(isTrue);
            return CountElement(depth);
        }

        public override JsonFault? Complete() =>
            hasNotebookFormat && hasCells ? new JsonFault(RefusalCode.SourceCodeRefused, "a Jupyter notebook") : null;

        private JsonFault? CountElement(int depth)
        {
            Members += depth == 1 && !IsObject ? 1 : 0;
            return null;
        }
    }
}
