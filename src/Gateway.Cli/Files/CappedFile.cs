namespace Gateway.Cli.Files;

/// <summary>Reads small files: keys, certificates, documents. A file that is larger than it can honestly be is not read at all.</summary>
internal static class CappedFile
{
    /// <summary>The whole file; a usage error where it has more than <paramref name="maximumBytes"/>.</summary>
    public static byte[] Read(string path, int maximumBytes)
    {
        using var file = File.OpenRead(path);
        using var content = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = file.Read(buffer)) > 0)
        {
            if (content.Length + read > maximumBytes)
            {
                throw CommandStop.Usage($"{path} has more than {maximumBytes} bytes");
            }

            content.Write(buffer, 0, read);
        }

        return content.ToArray();
    }
}
