using Gateway.Core.Inspection;
using Gateway.Core.Manifests;

namespace Gateway.Fuzz.Targets;

/// <summary>Inspects bytes under a name.</summary>
internal static class Inspecting
{
    public static FileInspection File(ArtifactPath path, byte[] input) => File(path, input, Math.Max(1, input.Length), Reader(input));

    public static FileInspection File(ArtifactPath path, byte[] input, int chunkBytes, ContentReader reader)
    {
        using var inspector = new FileInspector(path, input.Length, reader);
        for (var at = 0; at < input.Length; at += chunkBytes)
        {
            inspector.Append(input.AsSpan(at, Math.Min(chunkBytes, input.Length - at)));
        }

        return inspector.Complete();
    }

    public static ContentReader Reader(byte[] input) => (offset, into) =>
    {
        var from = (int)Math.Clamp(offset, 0, input.Length);
        var bytes = Math.Min(into.Length, input.Length - from);
        input.AsSpan(from, bytes).CopyTo(into);
        return bytes;
    };

    public static void CheckSame(FileInspection one, FileInspection other, string rule) =>
        BrokenRuleException.Unless(
            one.Format == other.Format && one.Findings.SequenceEqual(other.Findings) && one.Summary.SequenceEqual(other.Summary) && Tensors(one).SequenceEqual(Tensors(other)),
            rule,
            () => $"{Text(one)}\n-- and --\n{Text(other)}");

    public static string Text(FileInspection inspection) =>
        $"{inspection.Format}, {inspection.Bytes} bytes\n{string.Join('\n', inspection.Findings)}\n{string.Join('\n', inspection.Summary)}\n{string.Join('\n', Tensors(inspection))}";

    private static IEnumerable<string> Tensors(FileInspection inspection) =>
        inspection.TensorRows.Select(t => $"{t.Name}: {t.Type} [{string.Join(',', t.Shape)}], {t.Bytes} bytes, {t.Digest}");
}
