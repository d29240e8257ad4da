using Gateway.Core;
using Gateway.Core.Inspection;
using Gateway.Core.Manifests;

namespace Gateway.Inspector.Schemas;

/// <summary>Holds every line of accepted JSONL files against the schema that the manifest names for it. Both sides do, and find the same.</summary>
internal sealed class SchemaCheck(ArtifactContent content)
{
    /// <summary>Bytes read at a time; grows with the longest line, which the verifier limits.</summary>
    private const int ReadBytes = 256 << 10;

    /// <summary>Longest line that is held against a schema, in bytes: what an evaluation holds of each value is many times its bytes, and must fit on the side with less memory.</summary>
    private const int LineBytes = 1 << 20;

    /// <summary>The last schema that was read: files of an artifact mostly share one.</summary>
    private (ArtifactPath Path, LineSchema? Schema, string Fault)? last;

    /// <summary>The inspection of an accepted file, with what the schema at a path says of it.</summary>
    public FileInspection Apply(FileInspection file, ContentReader read, ArtifactPath path)
    {
        if (last?.Path != path)
        {
            var lines = LineSchema.Read(Document(path), out var fault);
            last = (path, lines, fault);
        }

        var name = Findings.Quote(path.Value);
        return last is not (_, { } schema, _) ? file.Refused(Findings.Refuse(RefusalCode.SchemaMismatch, null, $"its schema {name} cannot be used: {last?.Fault}"))
            : FindFault(schema, read) is (var number, var at, var what)
                ? file.Refused(Findings.Refuse(RefusalCode.SchemaMismatch, at, $"line {Findings.Number(number)} does not satisfy {name}: {what}"))
            : file with { Summary = [.. file.Summary, new SummaryEntry("schema", $"{name}, SHA-256 {content[path].Digest.Hex}")], FollowsSchema = true };
    }

    private byte[] Document(ArtifactPath path) => content.Read(path, read =>
    {
        var document = new byte[content[path].Bytes];
        for (var at = 0; at < document.Length;)
        {
            at += read(at, document.AsSpan(at)) is > 0 and var got ? got : throw new EndOfStreamException($"{path} ends early");
        }

        return document;
    });

    private static string? Fault(LineSchema schema, ReadOnlyMemory<byte> line) =>
        line.Length > LineBytes ? $"it is longer than {Findings.Number(LineBytes)} bytes" : schema.Fault(line);

    private static (long Number, long At, string What)? FindFault(LineSchema schema, ContentReader read)
    {
        var (buffer, held, at, number) = (new byte[ReadBytes], 0, 0L, 1L);
        while (true)
        {
            var got = read(at + held, buffer.AsSpan(held));
            held += got;
            var begin = 0;
            while (buffer.AsSpan(begin, held - begin).IndexOf((byte)'\n') is >= 0 and var length)
            {
                if (Fault(schema, buffer.AsMemory(begin, length)) is { } fault)
                {
                    return (number, at + begin, fault);
                }

                begin += length + 1;
                number++;
            }

            if (got == 0)
            {
                // The last line may have no end.
                return held > begin && Fault(schema, buffer.AsMemory(begin, held - begin)) is { } last ? (number, at + begin, last) : null;
            }

            buffer.AsSpan(begin, held - begin).CopyTo(buffer);
            (at, held) = (at + begin, held - begin);
            if (held == buffer.Length)
            {
                Array.Resize(ref buffer, 2 * buffer.Length);
            }
        }
    }
}
