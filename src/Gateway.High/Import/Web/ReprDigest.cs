using System.Globalization;
using System.Text.RegularExpressions;
using Gateway.Core;
using Microsoft.Extensions.Primitives;

namespace Gateway.High.Import.Web;

/// <summary>The digest of a whole file, whatever part of it is sent, for readers that ask for it (RFC 9530, sections 3 and 4).</summary>
internal static partial class ReprDigest
{
    public const string Header = "Repr-Digest";
    public const string WantHeader = "Want-Repr-Digest";

    private const string Algorithm = "sha-256";

    /// <summary>Highest weight.</summary>
    private const int MaximumWeight = 10;

    /// <summary>
    /// True where a request wants the SHA-256. The field is a dictionary of weights from 0, which is "no", to 10 (RFC 9651, section 3.2); one that is not is ignored as a whole.
    /// </summary>
    public static bool IsWanted(StringValues field)
    {
        var text = string.Join(", ", field.AsEnumerable()).Trim(' ');
        var weight = 0;
        for (var at = 0; at < text.Length;)
        {
            var member = Member().Match(text, at);
            if (!member.Success
                || !int.TryParse(member.Groups["weight"].ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
                || value is < 0 or > MaximumWeight)
            {
                return false;
            }

            // The last of a name counts.
            weight = member.Groups["key"].ValueSpan.SequenceEqual(Algorithm) ? value : weight;
            at += member.Length;
            if (at == text.Length && member.Groups["more"].Length > 0)
            {
                return false;
            }
        }

        return weight > 0;
    }

    /// <summary>The field's value.</summary>
    public static string Of(Digest digest) => $"{Algorithm}=:{Convert.ToBase64String(Convert.FromHexString(digest.Hex))}:";

    /// <summary>A member with its parameters, which mean nothing here, and the comma after it.</summary>
    [GeneratedRegex("""
        \G(?<key>[a-z*][a-z0-9_.*-]*)=(?<weight>-?[0-9]{1,15})
        (?:;[ ]*[a-z*][a-z0-9_.*-]*
          (?:=(?:@?-?[0-9]{1,15}|-?[0-9]{1,12}\.[0-9]{1,3}|"(?:[ !\x23-\x5b\x5d-\x7e]|\\["\\])*"|[A-Za-z*][A-Za-z0-9!\x23$%&'*+.^_`|~:/-]*|:[A-Za-z0-9+/=]*:|\?[01]))?
        )*
        (?:\z|(?<more>[ \t]*,[ \t]*))
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture)]
    private static partial Regex Member();
}
