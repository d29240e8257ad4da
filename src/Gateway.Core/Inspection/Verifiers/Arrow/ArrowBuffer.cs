using System.Buffers.Binary;

namespace Gateway.Core.Inspection.Verifiers.Arrow;

/// <summary>One buffer of a batch: where it lies in the body, how many bytes its values need, and the check of its elements.</summary>
internal sealed class ArrowBuffer(long offset, long length, ArrowCodec codec)
{
    /// <summary>Most bytes behind those that the values need: writers pad to 8 or 64.</summary>
    private const int SpareBytes = 63;

    /// <summary>Bytes of the decompressed length that a compressed buffer begins with; -1 says that it is not compressed.</summary>
    private const int PrefixBytes = 8;

    private const int MagicBytes = 4;

    private readonly byte[] cut = new byte[16];
    private int cutBytes;
    private long prefix = -1;
    private long read;

    public long Offset => offset;

    public long Length => length;

    /// <summary>Bytes that its values need when decompressed; -1 where compression hides it.</summary>
    public long Need { get; set; } = -1;

    /// <summary>True where it may be left out, as a bitmap without nulls.</summary>
    public bool IsOptional { get; init; }

    /// <summary>True where not all of it must be used, as the data of views.</summary>
    public bool HoldsMore { get; init; }

    public ArrowElements? Elements { get; set; }

    /// <summary>Bytes that readers allocate for it beyond the file.</summary>
    public long Decompressed => Math.Max(prefix, 0);

    private long Head => codec == ArrowCodec.None ? 0 : PrefixBytes;

    /// <summary>The next bytes: what is wrong, or null.</summary>
    public string? Append(ReadOnlySpan<byte> part)
    {
        if (read == 0 && codec == ArrowCodec.None && Size(length) is { } fault)
        {
            return fault;
        }

        while (read < Head && !part.IsEmpty)
        {
            cut[read++] = part[0];
            part = part[1..];
            if (read == Head && Prefix() is { } wrong)
            {
                return wrong;
            }
        }

        return part.IsEmpty ? null : prefix >= 0 ? Compressed(part) : Raw(part);
    }

    /// <summary>All its bytes came.</summary>
    public string? Complete()
    {
        if (length == 0)
        {
            return Size(0) ?? Elements?.Complete();
        }

        // Java and .NET write an empty buffer as a length of 0 and nothing behind it.
        var least = Head + (prefix > 0 || (prefix == 0 && length > PrefixBytes) ? MagicBytes : 0);
        return read < least ? "a compressed buffer that is cut off" : prefix >= 0 ? null : Elements?.Complete();
    }

    private string? Size(long size)
    {
        if (Need < 0 || (size == 0 && IsOptional))
        {
            return null;
        }

        return size < Need ? "a buffer that is shorter than its values"
            : !HoldsMore && size - Need > SpareBytes ? "a buffer with bytes that belong to no value"
            : null;
    }

    private string? Prefix()
    {
        prefix = BinaryPrimitives.ReadInt64LittleEndian(cut);
        return prefix < -1 || prefix > ArrowLimits.DecompressedBytes
            ? $"a buffer of more than {Findings.Number(ArrowLimits.DecompressedBytes)} bytes when decompressed"
            : Size(prefix < 0 ? length - PrefixBytes : prefix);
    }

    /// <summary>What is compressed is not read, but for the mark of its codec.</summary>
    private string? Compressed(ReadOnlySpan<byte> part)
    {
        ReadOnlySpan<byte> magic = codec == ArrowCodec.Zstd ? [0x28, 0xB5, 0x2F, 0xFD] : [0x04, 0x22, 0x4D, 0x18];
        for (var i = 0; i < part.Length && read + i - PrefixBytes < MagicBytes; i++)
        {
            if (part[i] != magic[(int)(read + i - PrefixBytes)])
            {
                return "a compressed buffer that does not begin as its codec does";
            }
        }

        read += part.Length;
        return null;
    }

    private string? Raw(ReadOnlySpan<byte> part)
    {
        var at = read - Head;
        read += part.Length;
        var used = Need < 0 ? part.Length : (int)Math.Clamp(Need - at, 0, part.Length);
        if (Elements is not null && used > 0 && Feed(part[..used]) is { } fault)
        {
            return fault;
        }

        // Up to the next multiple of 8 a writer may leave what lay in memory behind a slice.
        var zeroFrom = Need < 0 || HoldsMore ? part.Length : (int)Math.Clamp((Need + 7 & ~7L) - at, 0, part.Length);
        return part[zeroFrom..].ContainsAnyExcept((byte)0) ? "padding of a buffer that is not zero" : null;
    }

    /// <summary>Hands whole elements on, wherever a block cut one.</summary>
    private string? Feed(ReadOnlySpan<byte> part)
    {
        var width = Elements!.Width;
        if (cutBytes > 0)
        {
            var taken = Math.Min(width - cutBytes, part.Length);
            part[..taken].CopyTo(cut.AsSpan(cutBytes));
            cutBytes += taken;
            part = part[taken..];
            if (cutBytes < width)
            {
                return null;
            }

            cutBytes = 0;
            if (Elements.Next(cut.AsSpan(0, width)) is { } fault)
            {
                return fault;
            }
        }

        var rest = part.Length % width;
        part[^rest..].CopyTo(cut);
        cutBytes = rest;
        return part.Length == rest ? null : Elements.Next(part[..^rest]);
    }
}
