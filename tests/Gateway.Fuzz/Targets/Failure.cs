using System.Diagnostics;

namespace Gateway.Fuzz.Targets;

/// <summary>How an input failed.</summary>
/// <param name="Kind">Equal for failures that are likely one bug.</param>
/// <param name="Text">All of it, for people.</param>
internal sealed record Failure(string Kind, string Text)
{
    public static Failure Of(Exception exception)
    {
        if (exception is BrokenRuleException broken)
        {
            return new(broken.Rule, $"{broken.Rule}: {broken.Message}");
        }

        var place = new StackTrace(exception).GetFrames().Select(f => f.GetMethod()).FirstOrDefault(m => m?.DeclaringType?.FullName?.StartsWith("Gateway.", StringComparison.Ordinal) == true);
        return new($"{exception.GetType().Name} in {place?.DeclaringType?.Name}.{place?.Name}", exception.ToString());
    }
}

/// <summary>What inspection promises of every input, and did not keep.</summary>
/// <param name="rule">Which promise.</param>
/// <param name="message">What it did instead.</param>
internal sealed class BrokenRuleException(string rule, string message) : Exception(message)
{
    public string Rule => rule;

    /// <param name="message">Made only where it is needed: rules are asked thousands of times a second.</param>
    public static void Unless(bool holds, string rule, Func<string> message)
    {
        if (!holds)
        {
            throw new BrokenRuleException(rule, message());
        }
    }
}
