namespace Gateway.Core.Inspection.Scanning;

/// <summary>What may stand at a place of a text, by its first four bytes.</summary>
[Flags]
internal enum TextAnchor : byte
{
    None = 0,

    /// <summary><c>@</c>.</summary>
    Mail = 1 << 0,

    /// <summary><c>://</c>.</summary>
    Url = 1 << 1,

    /// <summary><c>-BEG</c>, of <c>-----BEGIN</c>.</summary>
    Pem = 1 << 2,

    /// <summary><c>AKIA</c>, <c>ASIA</c> or <c>AIza</c>.</summary>
    Cloud = 1 << 3,

    /// <summary><c>ghp_</c> and its like, or <c>gith</c> of <c>github_pat_</c>.</summary>
    GitHub = 1 << 4,

    /// <summary><c>hf_</c> or <c>sk-</c>.</summary>
    Model = 1 << 5,

    /// <summary><c>xox</c> or <c>eyJ</c>.</summary>
    Token = 1 << 6,

    /// <summary>The end of a word such as <c>password</c>, and what may stand before a value.</summary>
    Word = 1 << 7,

    /// <summary>Those that begin a key by themselves.</summary>
    Keys = Pem | Cloud | GitHub | Model | Token,
}
