using System.Text;
using Gateway.Core;

namespace Gateway.Hosting.Keys;

/// <summary>Reads what only the service may read.</summary>
internal static class SecretFile
{
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite;

    /// <summary>The text of a file. Refuses with <see cref="RefusalCode.KeyInvalid"/> one that is longer, or that everybody on the machine can read.</summary>
    public static Outcome<string> ReadText(string path, int maximumBytes)
    {
        if (!BoundedFile.Read(path, maximumBytes).Succeeded(out var bytes, out var refusal))
        {
            return new Refusal(RefusalCode.KeyInvalid, refusal.Detail);
        }

        return (new FileInfo(path).UnixFileMode & Others) == 0
            ? Encoding.UTF8.GetString(bytes)
            : new Refusal(RefusalCode.KeyInvalid, $"{path} is open to others; chmod 600 it and consider it known");
    }
}
