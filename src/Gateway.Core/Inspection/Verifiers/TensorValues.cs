using Gateway.Core.Inspection.Floats;

namespace Gateway.Core.Inspection.Verifiers;

/// <summary>Looks at the numbers of tensors that cover a file's body without gap or overlap, in their order.</summary>
/// <param name="ranges">The tensors, by where they lie.</param>
/// <param name="bodyAt">Where the first begins in the file.</param>
internal sealed class TensorValues(TensorRange[] ranges, long bodyAt)
{
    private readonly FloatScan floats = new();
    private int next;

    /// <summary>Numbers that are not finite, or null where all are.</summary>
    public Finding? Seen() => floats.Seen();

    /// <summary>The next bytes of the body, and their offset in the file.</summary>
    public void Append(ReadOnlySpan<byte> body, long offset)
    {
        while (!body.IsEmpty)
        {
            while (ranges[next].End + bodyAt <= offset)
            {
                next++;
            }

            var tensor = ranges[next];
            var part = body[..(int)Math.Min(body.Length, tensor.End + bodyAt - offset)];
            if (tensor.Floats is { } layout)
            {
                floats.Append(layout, part, offset, tensor.Name);
            }

            body = body[part.Length..];
            offset += part.Length;
        }
    }
}
