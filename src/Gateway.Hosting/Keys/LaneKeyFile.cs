using Gateway.Core;
using Gateway.Core.Wire;

namespace Gateway.Hosting.Keys;

/// <summary>A lane's key on disk; both sides hold the same.</summary>
public static class LaneKeyFile
{
    /// <summary>Reads a key. Refuses with <see cref="RefusalCode.KeyInvalid"/>, also one that everybody on the machine can read.</summary>
    public static Outcome<LaneKey> Read(string path)
    {
        if (!SecretFile.ReadText(path, LaneKey.MaximumTextLength).Succeeded(out var text, out var refusal))
        {
            return refusal;
        }

        return LaneKey.Parse(text).Succeeded(out var key, out refusal) ? key : refusal with { Detail = $"{path} is {refusal.Detail}" };
    }
}
