using System.Security.Cryptography;
using Gateway.Core.Inspection.Floats;

namespace Gateway.Core.Inspection.Verifiers;

/// <summary>Looks at the numbers of a file's tensors and hashes each, in the order of their bytes; what lies between them is somebody else's.</summary>
/// <param name="ranges">The tensors, by where they lie; they do not overlap.</param>
/// <param name="bodyAt">Where the first begins in the file.</param>
internal sealed class TensorValues(IReadOnlyList<TensorRange> ranges, long bodyAt) : IDisposable
{
    private readonly FloatScan floats = new();
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<TensorRow> rows = new(ranges.Count);

    /// <summary>Numbers that are not finite, or null where all are.</summary>
    public Finding? Seen() => floats.Seen();

    /// <summary>The next bytes of the body, and their offset in the file.</summary>
    public void Append(ReadOnlySpan<byte> body, long offset)
    {
        while (!body.IsEmpty && rows.Count < ranges.Count)
        {
            var tensor = ranges[rows.Count];
            var begin = bodyAt + tensor.Begin;
            var end = bodyAt + tensor.End;
            var part = body[..(int)Math.Min(body.Length, Math.Max(0, (offset < begin ? begin : end) - offset))];
            if (offset >= begin)
            {
                hash.AppendData(part);
                if (tensor.Floats is { } layout)
                {
                    floats.Append(layout, part, offset, tensor.Name);
                }
            }

            body = body[part.Length..];
            offset += part.Length;
            if (offset >= end)
            {
                EndTensor();
            }
        }
    }

    /// <summary>The file ended: a row for each tensor.</summary>
    public IReadOnlyList<TensorRow> Complete()
    {
        while (rows.Count < ranges.Count)
        {
            EndTensor();
        }

        return rows;
    }

    public void Dispose() => hash.Dispose();

    private void EndTensor()
    {
        var tensor = ranges[rows.Count];
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        rows.Add(new TensorRow(tensor.Name, tensor.Type, tensor.Shape, tensor.End - tensor.Begin, Digest.FromHash(digest)));
    }
}
