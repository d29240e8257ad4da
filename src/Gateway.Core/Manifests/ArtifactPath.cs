using System.Text;
using Gateway.Core.Manifests.Unicode;

namespace Gateway.Core.Manifests;

/// <summary>A file's path within an artifact, proven safe to write on the high side.</summary>
public readonly record struct ArtifactPath
{
    /// <summary>Longest path, in bytes of UTF-8: a quarter of PATH_MAX, the rest is for the directories above it.</summary>
    public const int MaximumBytes = 1024;

    /// <summary>Longest segment, in bytes of UTF-8: what ext4 and XFS take.</summary>
    public const int MaximumSegmentBytes = 255;

    private readonly string? value;

    private ArtifactPath(string value) => this.value = value;

    /// <summary>Relative, with forward slashes. A default instance throws.</summary>
    public string Value => value ?? throw new InvalidOperationException("A path that was never set.");

    /// <summary>Equal for paths that a file system which folds case and normalises cannot tell apart.</summary>
    public string Folded => Normalization.Fold(Value);

    /// <summary>Reads a path. Refuses with <see cref="RefusalCode.PathInvalid"/>, naming the rule.</summary>
    public static Outcome<ArtifactPath> Parse(string? path)
    {
        if (string.IsNullOrEmpty(path))
        {
            return Invalid("empty");
        }

        // Length before anything that costs more: three bytes are the most that a UTF-16 unit takes.
        if (path.Length > MaximumBytes)
        {
            return Invalid($"longer than {MaximumBytes} bytes");
        }

        for (var i = 0; i < path.Length; i++)
        {
            if (!Rune.TryGetRuneAt(path, i, out var rune))
            {
                return Invalid("not valid Unicode");
            }

            if (rune.Value == '\\' || StatementText.IsDeceptive(rune) || !Normalization.IsAssigned(rune))
            {
                return Invalid($"character U+{rune.Value:X4}");
            }

            i += rune.Utf16SequenceLength - 1;
        }

        if (Encoding.UTF8.GetByteCount(path) > MaximumBytes)
        {
            return Invalid($"longer than {MaximumBytes} bytes");
        }

        foreach (var segment in path.Split('/'))
        {
            if (FaultOf(segment) is { } fault)
            {
                return Invalid(fault);
            }
        }

        return Normalization.IsComposed(path) ? new ArtifactPath(path) : Invalid("not in Unicode NFC");
    }

    /// <summary>Order of a manifest and of the byte stream: by code point, which is the order of the UTF-8 bytes.</summary>
    public static int Compare(ArtifactPath left, ArtifactPath right) => CodePointOrder.Compare(left.Value, right.Value);

    public override string ToString() => Value;

    private static string? FaultOf(string segment) => segment switch
    {
        "" => "an empty segment, or a slash at an end",
        "." or ".." => "a dot segment",
        _ when ReservedNames.Contains(segment) => $"reserved name {segment}",
        _ when char.IsWhiteSpace(segment[0]) || char.IsWhiteSpace(segment[^1]) => "a segment with white space at an end",
        _ when segment[^1] == '.' => "a segment with a dot at its end",
        _ when Encoding.UTF8.GetByteCount(segment) > MaximumSegmentBytes => $"a segment longer than {MaximumSegmentBytes} bytes",
        _ => null,
    };

    private static Refusal Invalid(string detail) => new(RefusalCode.PathInvalid, detail);
}
