using Gateway.Core.Inspection.Scanning;

namespace Gateway.Core.Inspection.Verifiers;

/// <summary>
/// Members of a configuration that make who loads it run code: transformers' <c>auto_map</c>, <c>custom_pipelines</c> and <c>chat_template</c>
/// (configuration_utils.py, pipelines/__init__.py, tokenization_utils_base.py), <c>trust_remote_code</c>, which is passed on to loaders; diffusers'
/// <c>_class_name</c> where it is a list of a file and a class (pipelines/pipeline_utils.py); in <c>modules.json</c> of sentence-transformers, a type
/// of another package (SentenceTransformer.py). Only outermost members count, as loaders look at no others; deeper ones are data.
/// </summary>
/// <param name="isModules">The file is called modules.json.</param>
internal sealed class LoaderSwitches(bool isModules)
{
    /// <summary>Names of code that are shown of each switch.</summary>
    private const int ShownNames = 3;

    /// <summary>The only name that has a meaning also in a value for which <see cref="Passes"/> holds.</summary>
    public static readonly byte[] DeepName = [.. "trust_remote_code"u8];

    private readonly SortedDictionary<Switch, List<string>> seen = [];
    private Switch outermost;
    private bool isTrust;
    private bool isModuleType;
    private bool isTemplateName;
    private long templateBytes;

    private enum Switch
    {
        None,
        AutoMap,
        CustomPipelines,
        ClassName,
        TrustRemoteCode,
        ModuleType,
        ChatTemplate,
    }

    public IEnumerable<Finding> Warnings => seen.Select(s => s.Key switch
    {
        Switch.AutoMap => Remote("auto_map names Python code that a loader may import", s.Value),
        Switch.CustomPipelines => Remote("custom_pipelines names Python code that a pipeline may import", s.Value),
        Switch.ClassName => Remote("_class_name is a list, which names a file of Python code that a pipeline may import", s.Value),
        Switch.TrustRemoteCode => Remote("trust_remote_code is set, so that a loader may run code that comes with a model", s.Value),
        Switch.ModuleType => Remote("a module's type is a Python class that is not of sentence_transformers, which a loader may import", s.Value),
        _ => Findings.Warn(
            FindingCodes.ChatTemplate,
            null,
            templateBytes > 0
                ? $"chat_template is a Jinja template of {Findings.Number(templateBytes)} bytes, which a tokenizer runs"
                : "chat_template is a Jinja template, which a tokenizer runs",
            string.Join(", ", s.Value)),
    });

    /// <summary>True where the next value turns a switch on or off.</summary>
    public bool IsAsked => isTrust;

    /// <summary>True where nothing within so many open objects and arrays turns a switch until the innermost ends, but <see cref="DeepName"/>.</summary>
    public bool Passes(int depth, bool isInObject) => outermost == Switch.None && (isInObject ? depth > 1 : !isModules);

    /// <summary>An object or array began, within so many others.</summary>
    public void Begin(int depth, bool isObject)
    {
        Value(isTruthy: true);
        if (depth == 1 && !isObject && outermost == Switch.ClassName)
        {
            See(Switch.ClassName);
        }
    }

    /// <summary>The name of a member of the outermost object or of one in it, or of one in the outermost array.</summary>
    public void Name(int depth, bool isInObject, ReadOnlySpan<byte> name)
    {
        isTrust = isInObject && depth <= 2 && name.SequenceEqual(DeepName);
        isTemplateName = depth > 2 && name.SequenceEqual("name"u8);
        isModuleType = isModules && !isInObject && depth == 2 && name.SequenceEqual("type"u8);
        if (depth != 1)
        {
            return;
        }

        outermost = name switch
        {
            _ when name.SequenceEqual("auto_map"u8) => Switch.AutoMap,
            _ when name.SequenceEqual("custom_pipelines"u8) => Switch.CustomPipelines,
            _ when name.SequenceEqual("_class_name"u8) => Switch.ClassName,
            _ when name.SequenceEqual("chat_template"u8) => Switch.ChatTemplate,
            _ => Switch.None,
        };
        if (outermost is Switch.AutoMap or Switch.CustomPipelines or Switch.ChatTemplate)
        {
            See(outermost);
        }
    }

    public void String(ReadOnlySpan<byte> text)
    {
        Value(isTruthy: !text.IsEmpty);
        if (isModuleType && !text.StartsWith("sentence_transformers."u8))
        {
            Show(See(Switch.ModuleType), text);
        }

        if (outermost == Switch.ChatTemplate && !isTemplateName)
        {
            templateBytes += text.Length;
        }

        if (seen.TryGetValue(outermost, out var shown) && !(outermost == Switch.ChatTemplate && isTemplateName))
        {
            Show(shown, text);
        }

        isModuleType = false;
    }

    /// <summary>A value that Python takes for true or for false, whatever its type.</summary>
    public void Value(bool isTruthy)
    {
        if (isTrust && isTruthy)
        {
            See(Switch.TrustRemoteCode);
        }

        isTrust = false;
    }

    private static Finding Remote(string message, List<string> names) => Findings.Warn(FindingCodes.RemoteCode, null, message, string.Join(", ", names));

    private static void Show(List<string> shown, ReadOnlySpan<byte> text)
    {
        if (shown.Count < ShownNames)
        {
            shown.Add(TextScan.Quote(text));
        }
    }

    private List<string> See(Switch of)
    {
        if (!seen.TryGetValue(of, out var shown))
        {
            seen.Add(of, shown = []);
        }

        return shown;
    }
}
