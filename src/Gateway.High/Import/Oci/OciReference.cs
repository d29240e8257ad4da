using System.Text.RegularExpressions;
using Gateway.Core;

namespace Gateway.High.Import.Oci;

/// <summary>How requests name content: by tag, or by digest (distribution-spec, "Pulling manifests"; image-spec, descriptor.md, "Digests").</summary>
internal static partial class OciReference
{
    /// <summary>The tag of the current version, which clients take where none is given.</summary>
    public const string Latest = "latest";

    private const string Sha256 = "sha256:";

    public static bool IsTag(string text) => Tag().IsMatch(text);

    /// <summary>True for what can only be meant as a digest: no tag has a colon.</summary>
    public static bool IsMeantAsDigest(string text) => text.Contains(':', StringComparison.Ordinal);

    /// <summary>Reads a digest. Refuses with <see cref="RefusalCode.RequestInvalid"/> what is none, and as unknown what another algorithm made: nothing here is named by it.</summary>
    public static Outcome<Digest> ParseDigest(string text, RefusalCode unknown) =>
        text.StartsWith(Sha256, StringComparison.Ordinal)
            ? Digest.TryParse(text[Sha256.Length..], out var digest) ? digest : Invalid()
            : OtherDigest().IsMatch(text) ? new Refusal(unknown, text) : Invalid();

    public static string Write(Digest digest) => Sha256 + digest.Hex;

    private static Refusal Invalid() => new(RefusalCode.RequestInvalid, "a digest is sha256: and 64 hex digits in lower case");

    [GeneratedRegex(@"\A[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}\z")]
    private static partial Regex Tag();

    [GeneratedRegex(@"\A[a-z0-9]+([+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]{32,256}\z", RegexOptions.ExplicitCapture)]
    private static partial Regex OtherDigest();
}
