namespace Gateway.Core.Inspection.Scanning;

/// <summary>How far the scan of text looks from a place. What is longer is not recognised; what is cut by a block is.</summary>
internal static class TextLimits
{
    /// <summary>Shortest of what is looked for, in bytes: <c>a@b.cd</c>, <c>s3://a</c>. Many names in JSON are shorter.</summary>
    public const int ShortestBytes = 6;

    /// <summary>Longest local part of a mail address, in bytes (RFC 5321, 4.5.3.1.1).</summary>
    public const int LocalPartBytes = 64;

    /// <summary>Longest domain of a mail address, in bytes (RFC 5321, 4.5.3.1.2).</summary>
    public const int DomainBytes = 255;

    /// <summary>Longest authority of a URL that is read for its host, in bytes: a name of DNS, a port, and a user.</summary>
    public const int AuthorityBytes = 320;

    /// <summary>Bytes of a key that are looked at. Web tokens may be longer, and are told as such; a longer value behind a word is content.</summary>
    public const int KeyBytes = 512;

    /// <summary>Bytes before an anchor that can matter: a local part and the byte before it.</summary>
    public const int Behind = LocalPartBytes + 1;

    /// <summary>Bytes from an anchor on that can matter: a word's end, what stands between it and its value, the value, and two bytes behind that.</summary>
    public const int Ahead = KeyBytes + 32;

    /// <summary>Samples in the evidence of a finding.</summary>
    public const int Samples = 3;
}
