using System.Text.Json;
using Gateway.Core.Inspection.Json;

namespace Gateway.Core.Inspection.Verifiers;

/// <summary>One JSON text (RFC 8259). Notebooks are refused whatever they are called; members that make a loader run code are warned of.</summary>
internal sealed class JsonVerifier : Verifier
{
    private readonly Root root = new();
    private readonly JsonStream json;

    public JsonVerifier() => json = new JsonStream(root);

    public override FileFormat Format => FileFormat.Json;

    public override IEnumerable<Finding> Warnings => root.Warnings.Concat(json.Warnings);

    public override IReadOnlyList<SummaryEntry> Summarise() =>
        [new("root", root.IsObject ? "object" : "array"), new(root.IsObject ? "members" : "elements", Findings.Number(root.Members))];

    protected override void Release() => json.Dispose();

    protected override void Read(ReadOnlySpan<byte> block) => Refuse(json.Append(block, Offset));

    protected override void End() => Refuse(json.Complete(Offset));

    /// <summary>Looks at the outermost members only: deeper ones are data.</summary>
    private sealed class Root : JsonVisitor
    {
        private bool hasNotebookFormat;
        private bool hasCells;
        private bool hasRemoteCode;
        private bool hasChatTemplate;

        public bool IsObject { get; private set; }

        public long Members { get; private set; }

        public IEnumerable<Finding> Warnings
        {
            get
            {
                if (hasRemoteCode)
                {
                    yield return Findings.Warn(FindingCodes.RemoteCode, null, "auto_map names Python code that a loader may import");
                }

                if (hasChatTemplate)
                {
                    yield return Findings.Warn(FindingCodes.ChatTemplate, null, "chat_template is a Jinja template, which a tokenizer runs");
                }
            }
        }

        public override JsonFault? Begin(int depth, bool isObject)
        {
            IsObject = depth == 0 ? isObject : IsObject;
            CountElement(depth);
            return null;
        }

        public override JsonFault? Name(int depth, ReadOnlySpan<byte> name)
        {
            if (depth != 1 || !IsObject)
            {
                return null;
            }

            Members++;
            hasNotebookFormat |= name.SequenceEqual("nbformat"u8);
            hasCells |= name.SequenceEqual("cells"u8);
            hasRemoteCode |= name.SequenceEqual("auto_map"u8);
            hasChatTemplate |= name.SequenceEqual("chat_template"u8);
            return null;
        }

        public override JsonFault? String(int depth, ReadOnlySpan<byte> text) => CountElement(depth);

        public override JsonFault? Number(int depth, ref Utf8JsonReader reader) => CountElement(depth);

        public override JsonFault? Literal(int depth) => CountElement(depth);

        public override JsonFault? Complete() =>
            hasNotebookFormat && hasCells ? new JsonFault(RefusalCode.SourceCodeRefused, "a Jupyter notebook") : null;

        private JsonFault? CountElement(int depth)
        {
            Members += depth == 1 && !IsObject ? 1 : 0;
            return null;
        }
    }
}
