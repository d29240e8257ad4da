namespace Gateway.Fuzz.Guided;

/// <summary>Takes out of an input what it does not need.</summary>
internal static class Trim
{
    /// <summary>A bound on time: what is left is short enough.</summary>
    private const int MostTries = 600;

    /// <summary>The input without those parts that a property does without: halves, then ever smaller ones.</summary>
    public static byte[] Shorten(byte[] input, Func<byte[], bool> holds)
    {
        var tries = 0;
        for (var part = input.Length / 2; part > 0; part /= 2)
        {
            for (var at = 0; at + part <= input.Length && tries < MostTries; tries++)
            {
                byte[] shorter = [.. input.AsSpan(0, at), .. input.AsSpan(at + part)];
                if (holds(shorter))
                {
                    input = shorter;
                }
                else
                {
                    at += part;
                }
            }
        }

        return input;
    }
}
