namespace Gateway.Hosting.Configuration;

/// <summary>One thing to correct in a configuration file.</summary>
/// <param name="Key">Where: dotted keys, array positions in brackets, e.g. <c>lanes[0].target</c>.</param>
/// <param name="Problem">What is wrong and what would be right, without a full stop.</param>
public sealed record ConfigurationError(string Key, string Problem)
{
    public override string ToString() => Key.Length == 0 ? Problem : $"{Key}: {Problem}";
}
