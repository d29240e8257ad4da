using System.Buffers;
using System.Text.Encodings.Web;

namespace Gateway.Core.Manifests;

/// <summary>
/// String escapes of RFC 8785: quote, backslash and control characters, and nothing else. The platform's own encoders also escape what its
/// Unicode version does not know yet, so that two releases of it would write different bytes for one document.
/// </summary>
internal sealed class CanonicalEncoder : JavaScriptEncoder
{
    public static readonly CanonicalEncoder Instance = new();

    private static readonly SearchValues<char> Escaped = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(c => (char)c), '"', '\\']);

    private CanonicalEncoder()
    {
    }

    /// <summary><c>\u001f</c>.</summary>
    public override int MaxOutputCharactersPerInputCharacter => 6;

    public override unsafe int FindFirstCharacterToEncode(char* text, int textLength)
    {
        var span = new ReadOnlySpan<char>(text, textLength);
        var first = span.IndexOfAny(Escaped);
        var surrogate = span.IndexOfAnyInRange('\uD800', '\uDFFF');

        // Surrogates go the slow way, where the base class puts U+FFFD in place of lone ones.
        return (first, surrogate) switch
        {
            ( < 0, _) => surrogate,
            (_, < 0) => first,
            _ => Math.Min(first, surrogate),
        };
    }

    public override unsafe bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten)
    {
        var output = new Span<char>(buffer, bufferLength);
        ReadOnlySpan<char> text = unicodeScalar switch
        {
            '"' => "\\\"",
            '\\' => @"\\",
            '\b' => @"\b",
            '\t' => @"\t",
            '\n' => @"\n",
            '\f' => @"\f",
            '\r' => @"\r",
            < 0x20 => $@"\u{unicodeScalar:x4}",
            _ => char.ConvertFromUtf32(unicodeScalar),
        };
        numberOfCharactersWritten = text.TryCopyTo(output) ? text.Length : 0;
        return numberOfCharactersWritten > 0;
    }

    public override bool WillEncode(int unicodeScalar) => unicodeScalar is < 0x20 or '"' or '\\';
}
