using Xunit;

namespace Gateway.Tests.Core.Inspection;

/// <summary>Damages a small sample in every place. What is accepted all the same must be valid by a check that shares no code with the verifier.</summary>
internal static class Damage
{
    /// <summary>Cut off behind every byte.</summary>
    public static void Truncate(string path, byte[] sample, Func<byte[], bool> isValid)
    {
        AssertAccepted(path, sample);
        for (var length = 0; length < sample.Length; length++)
        {
            Check(path, sample[..length], isValid);
        }
    }

    /// <summary>Every bit of every byte changed, one at a time.</summary>
    public static void Flip(string path, byte[] sample, Func<byte[], bool> isValid)
    {
        AssertAccepted(path, sample);
        for (var at = 0; at < sample.Length; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                sample[at] ^= (byte)(1 << bit);
                Check(path, sample, isValid);
                sample[at] ^= (byte)(1 << bit);
            }
        }
    }

    private static void AssertAccepted(string path, byte[] sample) =>
        Assert.True(Inspected.File(path, sample).Refusal is null, Inspected.File(path, sample).Refusal?.ToString());

    private static void Check(string path, byte[] content, Func<byte[], bool> isValid)
    {
        if (Inspected.File(path, content).Accepted)
        {
            Assert.True(isValid(content), $"{path} accepted: {Convert.ToHexString(content)}");
        }
    }
}
