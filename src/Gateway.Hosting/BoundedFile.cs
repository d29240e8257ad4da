using Gateway.Core;

namespace Gateway.Hosting;

/// <summary>Reads small files whole, up to a stated size.</summary>
public static class BoundedFile
{
    /// <summary>The bytes of a file. Refuses with <see cref="RefusalCode.ConfigurationInvalid"/> one that is missing, unreadable or larger.</summary>
    public static Outcome<byte[]> Read(string path, int maximumBytes)
    {
        try
        {
            using var file = File.OpenHandle(path);
            var length = RandomAccess.GetLength(file);
            if (length > maximumBytes)
            {
                return new Refusal(RefusalCode.ConfigurationInvalid, $"{path} has {length} bytes; at most {maximumBytes} are read");
            }

            var bytes = new byte[length];
            var read = RandomAccess.Read(file, bytes, 0);
            return read == length ? bytes : new Refusal(RefusalCode.ConfigurationInvalid, $"{path} changed while it was read");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Refusal(RefusalCode.ConfigurationInvalid, $"{path} cannot be read: {e.Message}");
        }
    }
}
