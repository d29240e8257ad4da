using System.Text.Json;
using Gateway.Core.Inspection.Json;

namespace Gateway.Core.Inspection.Verifiers;

/// <summary>Counts the outermost members, and looks for notebooks and what makes a loader run code.</summary>
internal sealed class JsonRoot(LoaderSwitches switches) : JsonVisitor
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

    public override byte[]? Noticed => LoaderSwitches.DeepName;

    public override bool Passes(int depth) => switches.Passes(depth, IsObject);

    public override void Passed(int depth, int count) => Members += depth == 1 ? count : 0;

    public override JsonFault? Complete() =>
        hasNotebookFormat && hasCells ? new JsonFault(RefusalCode.SourceCodeRefused, "a Jupyter notebook") : null;

    private JsonFault? CountElement(int depth)
    {
        Members += depth == 1 && !IsObject ? 1 : 0;
        return null;
    }
}
