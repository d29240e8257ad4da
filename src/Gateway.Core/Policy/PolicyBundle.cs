using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;

namespace Gateway.Core.Policy;

/// <summary>A file of a bundle's directory that has not been read yet.</summary>
/// <param name="Path">Relative to the bundle, with forward slashes.</param>
/// <param name="Open">Opens it for reading.</param>
public sealed record PolicySource(string Path, Func<Stream> Open);

/// <summary>A directory of Cedar rules (<c>*.cedar</c>), their schema (<c>schema.cedarschema</c>), a name and version
/// (<c>bundle.json</c>) and the cases that prove what the rules do (<c>cases/*.json</c>). Read, not yet validated: only
/// <see cref="PolicyEngine"/> turns it into something that decides.</summary>
public sealed partial class PolicyBundle
{
    private const string DescriptionPath = "bundle.json";
    private const string SchemaPath = "schema.cedarschema";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private PolicyBundle(BundleDocument description, Digest digest, string schema)
    {
        Name = description.Name;
        Version = description.Version;
        Digest = digest;
        Schema = schema;
    }

    public string Name { get; }

    /// <summary>At least 1; a side never goes back to a lower one.</summary>
    public int Version { get; }

    /// <summary>SHA-256 of the listing that <c>sha256sum</c> prints of every file, cases included, in ordinal order of path: lines of hex
    /// digest, two spaces, path, newline. Anybody can repeat it in the bundle's directory:
    /// <c>find * -type f | LC_ALL=C sort | xargs sha256sum | sha256sum</c>.</summary>
    public Digest Digest { get; }

    /// <summary>What the rules must do, in order of file and place.</summary>
    public IReadOnlyList<PolicyCase> Cases { get; private init; } = [];

    internal string Schema { get; }

    /// <summary>Each <c>*.cedar</c> file, in ordinal order of path.</summary>
    internal IReadOnlyList<RuleFile> RuleFiles { get; private init; } = [];

    /// <summary>Reads a bundle file by file and stops at the first that is too many or too large.</summary>
    public static Outcome<PolicyBundle> Read(IEnumerable<PolicySource> sources)
    {
        var files = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        var buffer = new byte[PolicyLimits.FileBytes + 1];
        foreach (var source in sources)
        {
            if (files.Count == PolicyLimits.Files)
            {
                return Invalid($"more than {PolicyLimits.Files} files");
            }

            using var stream = source.Open();
            var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            files[source.Path] = buffer.AsSpan(0, length).ToArray();
        }

        return Open(files);
    }

    /// <summary>Reads a bundle from its files by relative path with forward slashes. Refuses with <see cref="RefusalCode.PolicyInvalid"/>.</summary>
    public static Outcome<PolicyBundle> Open(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> files)
    {
        if (files.Count > PolicyLimits.Files)
        {
            return Invalid($"more than {PolicyLimits.Files} files");
        }

        var paths = files.Keys.Order(StringComparer.Ordinal).ToArray();
        foreach (var path in paths)
        {
            if (path is not (DescriptionPath or SchemaPath) && !RulePath.IsMatch(path) && !CasePath.IsMatch(path))
            {
                return Invalid($"{path} is no file of a bundle");
            }

            if (files[path].Length > PolicyLimits.FileBytes)
            {
                return Invalid($"{path} is larger than {PolicyLimits.FileBytes} bytes");
            }
        }

        if (!files.ContainsKey(DescriptionPath) || !files.ContainsKey(SchemaPath))
        {
            return Invalid($"{DescriptionPath} or {SchemaPath} is missing");
        }

        return Parse(paths, files);
    }

    private static Outcome<PolicyBundle> Parse(string[] paths, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> files)
    {
        if (!Json(DescriptionPath, files, PolicyJson.Default.BundleDocument).Succeeded(out var description, out var refusal)
            || !Text(SchemaPath, files).Succeeded(out var schema, out refusal))
        {
            return refusal;
        }

        if (description.Version < 1 || !BundleName.IsMatch(description.Name))
        {
            return Invalid($"{DescriptionPath} needs a name of letters, digits and hyphens, and a version of 1 or more");
        }

        var rules = new List<RuleFile>();
        var cases = new List<PolicyCase>();
        foreach (var path in paths)
        {
            if (RulePath.IsMatch(path))
            {
                if (!Text(path, files).Succeeded(out var text, out refusal))
                {
                    return refusal;
                }

                rules.Add(new RuleFile(path, text));
            }
            else if (CasePath.IsMatch(path) && AddCases(path, files, cases) is { } invalid)
            {
                return invalid;
            }
        }

        return cases.Count is 0 or > PolicyLimits.Cases
            ? Invalid($"a bundle has 1 to {PolicyLimits.Cases} cases, this one {cases.Count}")
            : new PolicyBundle(description, DigestOf(paths, files), schema) { Cases = cases, RuleFiles = rules };
    }

    private static Refusal? AddCases(string path, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> files, List<PolicyCase> cases)
    {
        if (!Json(path, files, PolicyJson.Default.CaseDocumentArray).Succeeded(out var documents, out var refusal))
        {
            return refusal;
        }

        foreach (var document in documents)
        {
            if (document is null)
            {
                return Invalid($"{path} holds null");
            }

            if (!PolicyCase.From(path, document).Succeeded(out var @case, out refusal))
            {
                return refusal;
            }

            cases.Add(@case);
        }

        return null;
    }

    private static Outcome<T> Json<T>(string path, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> files, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(files[path].Span, type) is { } value ? value : Invalid($"{path} is null");
        }
        catch (JsonException e)
        {
            return Invalid($"{path}: {e.Message.TrimEnd('.')}");
        }
    }

    private static Outcome<string> Text(string path, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> files)
    {
        try
        {
            return Utf8.GetString(files[path].Span);
        }
        catch (DecoderFallbackException)
        {
            return Invalid($"{path} is not UTF-8");
        }
    }

    private static Digest DigestOf(string[] paths, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> files)
    {
        using var listing = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in paths)
        {
            listing.AppendData(Encoding.ASCII.GetBytes($"{Digest.Of(files[path].Span).Hex}  {path}\n"));
        }

        return Digest.FromHash(listing.GetHashAndReset());
    }

    private static Refusal Invalid(string detail) => new(RefusalCode.PolicyInvalid, detail);

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,95}\.cedar\z")]
    private static partial Regex RulePath { get; }

    [GeneratedRegex(@"\Acases/[A-Za-z0-9][A-Za-z0-9._-]{0,95}\.json\z")]
    private static partial Regex CasePath { get; }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9-]{0,63}\z")]
    private static partial Regex BundleName { get; }
}

/// <summary>The text of one file of rules.</summary>
internal sealed record RuleFile(string Path, string Text);
