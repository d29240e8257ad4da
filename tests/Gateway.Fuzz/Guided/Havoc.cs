using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Gateway.Fuzz.Guided;

/// <summary>Damages inputs at random, a few times each. Equal seeds damage equally.</summary>
internal sealed class Havoc
{
    /// <summary>Most changes to one input, as a power of two.</summary>
    private const int Changes = 4;

    private const int LongestBlock = 256;

    /// <summary>How far before a place a length is looked for that may reach over it.</summary>
    private const int LongestSpan = 1024;

    /// <summary>Where counters, signs and sizes go wrong.</summary>
    private static readonly long[] Numbers =
    [
        0, 1, 2, 3, 7, 8, 15, 16, 31, 32, 63, 64, 100, 127, 128, 255, 256, 511, 512, 1000, 1023, 1024, 4095, 4096, 10_000, 32_767, 32_768, 65_535, 65_536, 1_000_000,
        int.MaxValue - 1L, int.MaxValue, int.MaxValue + 1L, uint.MaxValue - 1L, uint.MaxValue, uint.MaxValue + 1L, long.MaxValue - 1, long.MaxValue, long.MinValue, -1, -2, -8, int.MinValue,
    ];

    private readonly Random random;
    private readonly IReadOnlyList<byte[]> tokens;
    private readonly byte[] work;
    private int length;

    public Havoc(int seed, int maximumBytes, IReadOnlyList<byte[]> tokens)
    {
        random = new Random(seed);
        work = new byte[maximumBytes];
        this.tokens = tokens;
    }

    /// <summary>A damaged input, perhaps with a part of another.</summary>
    public byte[] Damage(byte[] input, byte[] other)
    {
        length = Math.Min(input.Length, work.Length);
        input.AsSpan(0, length).CopyTo(work);
        // Strict formats forgive little: of two changes one is often fatal.
        for (var left = random.Next(2) == 0 ? 1 : 1 << random.Next(Changes + 1); left > 0; left--)
        {
            Change(other);
        }

        return work.AsSpan(0, length).ToArray();
    }

    private void Change(byte[] other)
    {
        if (length == 0)
        {
            Insert(0, Bytes(1 + random.Next(8)));
            return;
        }

        var at = random.Next(length);
        switch (random.Next(16))
        {
            case 0:
                work[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                work[at] = (byte)random.Next(256);
                break;
            case 2 or 3:
                Number(at, Numbers[random.Next(Numbers.Length)]);
                break;
            case 4:
                // What sizes and offsets are compared with.
                Number(at, random.Next(2) == 0 ? length - at : length - random.Next(16));
                break;
            case 5:
                Add(at, random.Next(-35, 36));
                break;
            case 6:
                Delete(at, Block());
                break;
            case 7:
                Insert(random.Next(length), Copy(work.AsSpan(at, Math.Min(Block(), length - at))));
                break;
            case 8:
                Overwrite(random.Next(length), Copy(work.AsSpan(at, Math.Min(Block(), length - at))));
                break;
            case 9:
                Insert(at, tokens.Count == 0 ? Bytes(1) : tokens[random.Next(tokens.Count)]);
                break;
            case 10:
                Overwrite(at, tokens.Count == 0 ? Bytes(1) : tokens[random.Next(tokens.Count)]);
                break;
            case 11:
                Insert(at, Enumerable.Repeat((byte)random.Next(256), Block()).ToArray());
                break;
            case 12:
                Splice(at, other);
                break;
            case 13:
                Resize(at, other);
                break;
            default:
                Decimal(at);
                break;
        }
    }

    private int Block() => 1 + random.Next(random.Next(4) == 0 ? LongestBlock : 16);

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>Changes come from the input itself, which they move.</summary>
    private static byte[] Copy(ReadOnlySpan<byte> part) => part.ToArray();

    private void Number(int at, long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        var size = 1 << random.Next(4);
        if (random.Next(2) == 0)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
            Overwrite(at, bytes[..size]);
        }
        else
        {
            BinaryPrimitives.WriteInt64BigEndian(bytes, value);
            Overwrite(at, bytes[^size..]);
        }
    }

    private void Add(int at, int delta)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        var size = Math.Min(1 << random.Next(4), length - at);
        bytes.Clear();
        work.AsSpan(at, size).CopyTo(bytes);
        if (random.Next(2) == 0)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, unchecked(BinaryPrimitives.ReadInt64LittleEndian(bytes) + delta));
        }
        else
        {
            bytes[..size].Reverse();
            BinaryPrimitives.WriteInt64LittleEndian(bytes, unchecked(BinaryPrimitives.ReadInt64LittleEndian(bytes) + delta));
            bytes[..size].Reverse();
        }

        Overwrite(at, bytes[..size]);
    }

    /// <summary>Another number where digits stand.</summary>
    private void Decimal(int at)
    {
        var from = work.AsSpan(at, length - at).IndexOfAnyInRange((byte)'0', (byte)'9');
        if (from < 0)
        {
            work[at] = (byte)random.Next(256);
            return;
        }

        from += at;
        var number = random.Next(4) switch
        {
            0 => Text(length + random.Next(-64, 65)),
            // Numbers that must agree are one number twice.
            1 => Digits(random.Next(length)),
            _ => Text(Numbers[random.Next(Numbers.Length)]),
        };
        Delete(from, Digits(from).Length);
        Insert(from, number);
    }

    private static byte[] Text(long number) => Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture));

    /// <summary>The digits at a place or behind it.</summary>
    private byte[] Digits(int at)
    {
        var rest = work.AsSpan(at, length - at);
        var from = rest.IndexOfAnyInRange((byte)'0', (byte)'9');
        rest = from < 0 ? [] : rest[from..];
        var bytes = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return (bytes < 0 ? rest : rest[..bytes]).ToArray();
    }

    /// <summary>Takes bytes out, or puts some in, and corrects what may be the lengths of what holds them.</summary>
    private void Resize(int at, byte[] other)
    {
        var isLess = random.Next(2) == 0;
        var bytes = isLess ? Math.Min(Block(), length - at) : Math.Min(Block(), work.Length - length);
        var (size, isBig) = (1 << random.Next(4), random.Next(2) == 0);
        var end = isLess ? at + bytes : at;
        for (var (place, left) = (Math.Max(0, at - LongestSpan), 3); place + size <= at && left > 0; place++)
        {
            var value = Value(place, size, isBig);
            // It reaches over the place, and not out of the input.
            if (value >= bytes && value >= end - place - size && value <= length - place && random.Next(3) > 0)
            {
                Set(place, size, isBig, isLess ? value - bytes : value + bytes);
                left--;
            }
        }

        if (isLess)
        {
            Delete(at, bytes);
        }
        else
        {
            Insert(at, other.Length >= bytes ? other.AsSpan(random.Next(other.Length - bytes + 1), bytes) : Bytes(bytes));
        }
    }

    private long Value(int at, int size, bool isBig)
    {
        var value = 0L;
        for (var i = 0; i < size; i++)
        {
            value = (value << 8) | work[isBig ? at + i : at + size - 1 - i];
        }

        return value;
    }

    private void Set(int at, int size, bool isBig, long value)
    {
        for (var i = 0; i < size; i++, value >>= 8)
        {
            work[isBig ? at + size - 1 - i : at + i] = unchecked((byte)value);
        }
    }

    private void Splice(int at, byte[] other)
    {
        if (other.Length == 0)
        {
            return;
        }

        var from = random.Next(other.Length);
        switch (random.Next(3))
        {
            case 0:
                length = at;
                Insert(at, other.AsSpan(from));
                break;
            case 1:
                Insert(at, other.AsSpan(from, Math.Min(Block(), other.Length - from)));
                break;
            default:
                Overwrite(at, other.AsSpan(from, Math.Min(Block(), other.Length - from)));
                break;
        }
    }

    private void Delete(int at, int count)
    {
        count = Math.Min(count, length - at);
        work.AsSpan(at + count, length - at - count).CopyTo(work.AsSpan(at));
        length -= count;
    }

    private void Insert(int at, ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[..Math.Min(bytes.Length, work.Length - length)];
        work.AsSpan(at, length - at).CopyTo(work.AsSpan(at + bytes.Length));
        bytes.CopyTo(work.AsSpan(at));
        length += bytes.Length;
    }

    private void Overwrite(int at, ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[..Math.Min(bytes.Length, length - at)];
        bytes.CopyTo(work.AsSpan(at));
    }
}
