namespace Gateway.Core.Inspection.Scanning;

/// <summary>Something in a text that looks like a key.</summary>
/// <param name="Kind">Whose it is, for people.</param>
/// <param name="At">Where it begins.</param>
/// <param name="Bytes">How long it is, as far as it was looked at.</param>
internal readonly record struct KeySeen(string Kind, int At, int Bytes)
{
    /// <summary>Its kind, first four characters and length; of PEM the kind, as the rest lies on other lines.</summary>
    public string Show(ReadOnlySpan<byte> text)
    {
        const int Shown = 4;
        if (text[At] == '-')
        {
            return Kind;
        }

        var more = Bytes >= TextLimits.KeyBytes ? " or more" : "";
        return $"{Kind} {System.Text.Encoding.ASCII.GetString(text.Slice(At, Shown))}... ({Findings.Number(Bytes)}{more} characters)";
    }
}
