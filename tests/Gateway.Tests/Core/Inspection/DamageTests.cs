using System.Text;
using System.Text.Json;
using CsCheck;
using Gateway.Core.Inspection;
using Xunit;

namespace Gateway.Tests.Core.Inspection;

/// <summary>
/// Every truncation and every flipped bit of a sample of each format: refused, or still valid by a check that shares no code with the
/// verifier.
/// </summary>
public sealed class DamageTests
{
    private static readonly Gen<int> AnyVector = Gen.Int[0, InspectionVectors.All.Count - 1];
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static TheoryData<string> Samples => ["a.safetensors", "model.safetensors.index.json", "a.npy", "a.json", "a.jsonl", "a.csv", "a.txt"];

    [Theory]
    [MemberData(nameof(Samples))]
    public void Truncation_at_every_byte_is_refused_or_leaves_a_valid_file(string path) =>
        Damage.Truncate(path, Sample(path), content => IsValid(path, content));

    [Theory]
    [MemberData(nameof(Samples))]
    public void Any_byte_changed_in_any_bit_is_refused_or_leaves_a_valid_file(string path) =>
        Damage.Flip(path, Sample(path), content => IsValid(path, content));

    [Fact]
    public void Random_damage_under_any_name_is_answered_and_never_thrown() =>
        Gen.Select(AnyVector, AnyVector, Gen.Select(Gen.Int[0, 100_000], Gen.Byte).Array[1, 8]).Sample(
            (name, content, damage) =>
            {
                var bytes = (byte[])InspectionVectors.All[content].Case.Input.Clone();
                foreach (var (at, value) in bytes.Length == 0 ? [] : damage)
                {
                    bytes[at % bytes.Length] = value;
                }

                var inspection = Inspected.File(InspectionVectors.All[name].Case.Path, bytes);
                return inspection.Accepted == (inspection.Refusal is null) && inspection.Findings.All(f => f.Message.All(c => c is >= ' ' and <= '~'));
            },
            iter: 20_000);

    private static byte[] Sample(string path) => path switch
    {
        "a.safetensors" => SafetensorsFiles.Of([("a", "F16", [2, 1]), ("b", "BF16", [1])], padding: 2),
        "model.safetensors.index.json" => """{"metadata":{"total_size":4},"weight_map":{"a":"m-1.safetensors"}}"""u8.ToArray(),
        "a.npy" => Npy(),
        "a.json" => """{"a":[1,-2.5e3,true],"b":"é\u00e9"}"""u8.ToArray(),
        "a.jsonl" => "{\"a\":1}\n{\"b\":\"é\"}\r\n[2]\n"u8.ToArray(),
        "a.csv" => "a,\"b\"\"c\"\r\n-1,é\n\"x\ny\",2\n"u8.ToArray(),
        _ => Encoding.UTF8.GetBytes("Some words, é, 漢字, 😀.\nAnd a line.\n"),
    };

    private static byte[] Npy()
    {
        const string header = "{'descr': '<i2', 'fortran_order': False, 'shape': (3,), }";
        return [0x93, .. "NUMPY"u8, 1, 0, 70, 0, .. Encoding.ASCII.GetBytes(header.PadRight(69)), (byte)'\n', 1, 0, 2, 0, 3, 0];
    }

    /// <summary>The plainest check there is: whole file in memory, the library's own parser.</summary>
    private static bool IsValid(string path, byte[] content)
    {
        if (path == "a.safetensors")
        {
            var length = BitConverter.ToInt64(content);
            using var header = JsonDocument.Parse(content.AsMemory(8, checked((int)length)));
            var offsets = header.RootElement.EnumerateObject().Where(t => t.Name != "__metadata__").Select(t => t.Value.GetProperty("data_offsets"));
            return offsets.Sum(o => o[1].GetInt64() - o[0].GetInt64()) == content.Length - 8 - length;
        }

        if (path == "a.npy")
        {
            // The only damage that leaves an npy valid is to its data, to its spaces, or to a number that keeps the size.
            var text = Encoding.Latin1.GetString(content, 10, 70);
            return content.Length == 86 && text[^1] == '\n' && text.Contains("(3,)", StringComparison.Ordinal)
                && new[] { "i2", "u2", "f2" }.Any(t => text.Contains(t, StringComparison.Ordinal));
        }

        var decoded = Strict.GetString(content);
        if (decoded.Any(c => c < ' ' && c is not ('\t' or '\r' or '\n' or '\f')))
        {
            return false;
        }

        if (path.EndsWith(".json", StringComparison.Ordinal))
        {
            return IsJson(decoded);
        }

        if (path == "a.jsonl")
        {
            return decoded.Length == 0 || decoded.TrimEnd('\n').Split('\n').All(IsJson);
        }

        return true;
    }

    private static bool IsJson(string text)
    {
        using var document = JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false });
        return document.RootElement.ValueKind is JsonValueKind.Object or JsonValueKind.Array;
    }
}
