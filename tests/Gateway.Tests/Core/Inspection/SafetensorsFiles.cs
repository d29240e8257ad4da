using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Gateway.Tests.Core.Inspection;

/// <summary>Writes safetensors files for tests; two bytes an element.</summary>
internal static class SafetensorsFiles
{
    public static byte[] Of(IEnumerable<(string Name, string Type, long[] Shape)> tensors, int padding = 0)
    {
        var header = new StringBuilder("{");
        var end = 0L;
        foreach (var (name, type, shape) in tensors)
        {
            var begin = end;
            end += 2 * shape.Aggregate(1L, (a, b) => a * b);
            header.Append(header.Length > 1 ? "," : "").Append(CultureInfo.InvariantCulture,
                $"\"{name}\":{{\"dtype\":\"{type}\",\"shape\":[{string.Join(',', shape)}],\"data_offsets\":[{begin},{end}]}}");
        }

        return Of(header.Append('}').Append(' ', padding).ToString(), end);
    }

    public static byte[] Of(string header, long bodyBytes)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var file = new byte[8 + json.Length + bodyBytes];
        BinaryPrimitives.WriteInt64LittleEndian(file, json.Length);
        json.CopyTo(file, 8);
        for (var i = 8 + json.Length; i < file.Length; i++)
        {
            file[i] = (byte)(i * 31L & 0xFF);
        }

        return file;
    }
}
