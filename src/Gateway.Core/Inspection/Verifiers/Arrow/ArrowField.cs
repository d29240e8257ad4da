namespace Gateway.Core.Inspection.Verifiers.Arrow;

/// <summary>How the places of a dictionary are written: <c>DictionaryEncoding</c> of Schema.fbs.</summary>
/// <param name="Id">Which dictionary.</param>
/// <param name="Bytes">Width of an index.</param>
/// <param name="IsSigned">True for signed indices.</param>
internal sealed record ArrowIndex(long Id, int Bytes, bool IsSigned);

/// <summary>A column, or a part of a nested one.</summary>
/// <param name="Name">Its name, quoted.</param>
/// <param name="Type">Type of its values, decoded where they come from a dictionary.</param>
/// <param name="Word">The type as people write it.</param>
/// <param name="Bits">Width of a value; 0 where it has none.</param>
/// <param name="ListSize">Values in a fixed-size list.</param>
/// <param name="TypeIds">What a union calls its children.</param>
/// <param name="Index">Present where it is dictionary-encoded.</param>
/// <param name="Children">In the order of their nodes.</param>
internal sealed record ArrowField(
    string Name, ArrowType Type, string Word, long Bits, int ListSize, byte[] TypeIds, ArrowIndex? Index, IReadOnlyList<ArrowField> Children)
{
    /// <summary>True where both are laid out alike, so that one dictionary can serve both.</summary>
    public bool IsLike(ArrowField other)
    {
        if (Type != other.Type || Word != other.Word || Bits != other.Bits || ListSize != other.ListSize || !TypeIds.AsSpan().SequenceEqual(other.TypeIds)
            || Children.Count != other.Children.Count)
        {
            return false;
        }

        for (var i = 0; i < Children.Count; i++)
        {
            if (Children[i].Index != other.Children[i].Index || !Children[i].IsLike(other.Children[i]))
            {
                return false;
            }
        }

        return true;
    }
}
