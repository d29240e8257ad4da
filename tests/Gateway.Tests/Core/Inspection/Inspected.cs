using Gateway.Core.Inspection;
using Gateway.Core.Manifests;
using Xunit;

namespace Gateway.Tests.Core.Inspection;

/// <summary>Inspects bytes under a name.</summary>
internal static class Inspected
{
    public static ArtifactPath Path(string path)
    {
        Assert.True(ArtifactPath.Parse(path).Succeeded(out var parsed, out var refusal), refusal?.ToString());
        return parsed;
    }

    public static FileInspection File(string path, ReadOnlySpan<byte> content)
    {
        using var inspector = new FileInspector(Path(path), content.Length, Reader(content.ToArray()));
        inspector.Append(content);
        return inspector.Complete();
    }

    /// <summary>In chunks of the given sizes, over and over.</summary>
    public static FileInspection File(string path, ReadOnlySpan<byte> content, params ReadOnlySpan<int> chunks)
    {
        using var inspector = new FileInspector(Path(path), content.Length, Reader(content.ToArray()));
        for (var i = 0; !content.IsEmpty; i++)
        {
            var size = Math.Min(chunks[i % chunks.Length], content.Length);
            inspector.Append(content[..size]);
            content = content[size..];
        }

        return inspector.Complete();
    }

    /// <summary>Reads an array at a place.</summary>
    public static ContentReader Reader(byte[] content) => (offset, into) =>
    {
        var taken = (int)Math.Clamp(content.Length - offset, 0, into.Length);
        content.AsSpan((int)Math.Min(offset, content.Length), taken).CopyTo(into);
        return taken;
    };

    public static string[] Codes(this FileInspection inspection) => [.. inspection.Findings.Select(f => f.Code)];

    /// <summary>Everything that a document would say, as text: records compare their lists by reference.</summary>
    public static string Text(this FileInspection inspection) =>
        $"{inspection.Path} {inspection.Bytes} {inspection.Format}\n"
        + $"{string.Join('\n', inspection.Findings)}\n{string.Join('\n', inspection.Summary)}";
}
