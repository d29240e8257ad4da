namespace Gateway.Core.Manifests;

/// <summary>Text by code point, which is the order of its UTF-8 bytes: that of manifests, of the byte stream, and of S3's lists.</summary>
public static class CodePointOrder
{
    /// <summary>Negative, zero or positive, as <see cref="IComparable{T}.CompareTo"/> has it.</summary>
    public static int Compare(string left, string right)
    {
        var common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
        {
            return left.Length.CompareTo(right.Length);
        }

        // UTF-16 puts surrogates below U+E000..U+FFFF, code points above them.
        var (x, y) = (left[common], right[common]);
        return char.IsSurrogate(x) == char.IsSurrogate(y) ? x.CompareTo(y) : char.IsSurrogate(x) ? 1 : -1;
    }
}
