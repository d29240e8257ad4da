using System.Text;

namespace Gateway.Tests.Core.Inspection;

/// <summary>A tensor to write.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Number of its ggml type.</param>
/// <param name="Shape">Its dimensions, the fastest first.</param>
/// <param name="Bytes">Bytes that type and shape ask for.</param>
internal sealed record GgufTensor(string Name, uint Type, long[] Shape, int Bytes);

/// <summary>Writes GGUF files for tests, as gguf-py does. A value's type in the file is that of .NET.</summary>
internal static class GgufFiles
{
    public static readonly (string Key, object Value) Llama = ("general.architecture", "llama");

    public static byte[] Of(IReadOnlyList<(string Key, object Value)> pairs, IReadOnlyList<GgufTensor> tensors, int alignment = 32)
    {
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        writer.Write("GGUF"u8);
        writer.Write(3);
        writer.Write((ulong)tensors.Count);
        writer.Write((ulong)pairs.Count);
        foreach (var (key, value) in pairs)
        {
            WriteString(writer, key);
            writer.Write(TypeOf(value));
            WriteValue(writer, value);
        }

        var offset = 0L;
        foreach (var tensor in tensors)
        {
            WriteString(writer, tensor.Name);
            writer.Write(tensor.Shape.Length);
            foreach (var dimension in tensor.Shape)
            {
                writer.Write(dimension);
            }

            writer.Write(tensor.Type);
            writer.Write(offset);
            offset += (tensor.Bytes + alignment - 1) / alignment * alignment;
        }

        Pad(writer, alignment);
        foreach (var tensor in tensors)
        {
            for (var i = 0; i < tensor.Bytes; i++)
            {
                writer.Write((byte)(((i * 31) + 7) & 0xFF));
            }

            Pad(writer, alignment);
        }

        writer.Flush();
        return file.ToArray();
    }

    private static void Pad(BinaryWriter writer, int alignment)
    {
        while (writer.BaseStream.Position % alignment != 0)
        {
            writer.Write((byte)0);
        }
    }

    private static int TypeOf(object value) => value switch
    {
        byte => 0,
        sbyte => 1,
        ushort => 2,
        short => 3,
        uint => 4,
        int => 5,
        float => 6,
        bool => 7,
        string => 8,
        Array => 9,
        ulong => 10,
        long => 11,
        double => 12,
        _ => throw new ArgumentException("no GGUF value", nameof(value)),
    };

    private static void WriteValue(BinaryWriter writer, object value)
    {
        switch (value)
        {
            case byte v: writer.Write(v); break;
            case sbyte v: writer.Write(v); break;
            case ushort v: writer.Write(v); break;
            case short v: writer.Write(v); break;
            case uint v: writer.Write(v); break;
            case int v: writer.Write(v); break;
            case float v: writer.Write(v); break;
            case bool v: writer.Write(v); break;
            case ulong v: writer.Write(v); break;
            case long v: writer.Write(v); break;
            case double v: writer.Write(v); break;
            case string v: WriteString(writer, v); break;
            case Array v:
                writer.Write(TypeOf(v.GetType() == typeof(string[]) ? "" : Activator.CreateInstance(v.GetType().GetElementType()!)!));
                writer.Write((ulong)v.Length);
                foreach (var element in v)
                {
                    WriteValue(writer, element);
                }

                break;
            default:
                throw new ArgumentException("no GGUF value", nameof(value));
        }
    }

    private static void WriteString(BinaryWriter writer, string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)utf8.Length);
        writer.Write(utf8);
    }
}
