namespace Gateway.High.Import;

/// <summary>What consumers call themselves. It is shown to people and kept, so it is plain and short.</summary>
internal static class ConsumerNames
{
    /// <summary>Longest name, in characters: a host name and a job beside it.</summary>
    public const int MaximumLength = 128;

    /// <summary>The rule, for people.</summary>
    public const string Rule = "give letters, digits and . _ - / @, at most 128";

    public static bool IsValid(string name) =>
        name.Length is > 0 and <= MaximumLength && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '/' or '@');
}
