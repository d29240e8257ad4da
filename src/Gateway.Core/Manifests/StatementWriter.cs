using System.Buffers;
using System.Text.Json;

namespace Gateway.Core.Manifests;

/// <summary>The canonical form of a statement: members in a fixed order, no whitespace, UTF-8, escapes of RFC 8785.</summary>
internal static class StatementWriter
{
    private static readonly JsonWriterOptions Options = new() { Encoder = CanonicalEncoder.Instance, MaxDepth = 16 };

    public static byte[] ToBytes(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            write(writer);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The same where it is no more than <paramref name="maximumBytes"/>, and null where it is more: of that, nothing is held but its length.</summary>
    public static ReadOnlyMemory<byte>? ToBytes(Action<Utf8JsonWriter> write, int maximumBytes, out long length)
    {
        var bounded = new BoundedBytes(maximumBytes);
        using (var writer = new Utf8JsonWriter(bounded, Options))
        {
            write(writer);
        }

        length = bounded.Length;
        return bounded.Written;
    }

    /// <summary>Null where the bytes are the canonical form: one document has one spelling, so that its digest names it.</summary>
    public static Refusal? CheckSpelling(ReadOnlyMemory<byte> payload, Action<Utf8JsonWriter> write)
    {
        var expected = new ExpectedBytes(payload);
        using (var writer = new Utf8JsonWriter(expected, Options))
        {
            write(writer);
        }

        return expected.AllSeen ? null : new Refusal(RefusalCode.DocumentInvalid, "not in the canonical spelling");
    }

    public static void Start(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("_type", StatementReader.StatementType);
        writer.WriteStartArray("subject");
    }

    public static void Subject(Utf8JsonWriter writer, string name, Digest digest)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WriteStartObject("digest");
        writer.WriteString("sha256", digest.Hex);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    public static void StartPredicate(Utf8JsonWriter writer, string predicateType)
    {
        writer.WriteEndArray();
        writer.WriteString("predicateType", predicateType);
        writer.WriteStartObject("predicate");
    }

    public static void End(Utf8JsonWriter writer)
    {
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>Compares what is written with what is expected, piece by piece: a second copy of a large manifest is not held.</summary>
    private sealed class ExpectedBytes(ReadOnlyMemory<byte> expected) : PieceWriter
    {
        private int position;
        private bool differs;

        public bool AllSeen => !differs && position == expected.Length;

        protected override void Take(ReadOnlySpan<byte> written)
        {
            differs = differs || written.Length > expected.Length - position
                || !expected.Span.Slice(position, written.Length).SequenceEqual(written);
            position += differs ? 0 : written.Length;
        }
    }

    /// <summary>Keeps what is written as long as it is not too much.</summary>
    private sealed class BoundedBytes(int maximumBytes) : PieceWriter
    {
        private readonly ArrayBufferWriter<byte> kept = new(4096);

        public long Length { get; private set; }

        // The type is said: null alone would become empty memory.
        public ReadOnlyMemory<byte>? Written => Length <= maximumBytes ? kept.WrittenMemory : default(ReadOnlyMemory<byte>?);

        protected override void Take(ReadOnlySpan<byte> written)
        {
            Length += written.Length;
            if (Length <= maximumBytes)
            {
                kept.Write(written);
            }
        }
    }

    /// <summary>Hands on what is written piece by piece.</summary>
    private abstract class PieceWriter : IBufferWriter<byte>
    {
        private byte[] piece = new byte[16 << 10];

        public void Advance(int count) => Take(piece.AsSpan(0, count));

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            if (piece.Length < sizeHint)
            {
                piece = new byte[sizeHint];
            }

            return piece;
        }

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        protected abstract void Take(ReadOnlySpan<byte> written);
    }
}
