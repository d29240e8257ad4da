using System.Text;
using System.Text.Json;
using CsCheck;
using Gateway.Core.Inspection;
using Gateway.Core.Inspection.Json;
using Gateway.Core.Inspection.Verifiers;
using Xunit;

namespace Gateway.Tests.Core.Inspection;

/// <summary>What nobody asks for in a document is walked without tokens; what is said of the document is what is said where all of it is made tokens of, wherever blocks end.</summary>
public sealed class JsonDocumentTests
{
    private static readonly string[] Texts =
    [
        .. JsonTexts.Texts, "auto_map", "custom_pipelines", "_class_name", "chat_template", "trust_remote_code", "trust_remote_code", "type", "name", "nbformat", "cells",
        "sentence_transformers.models.Pooling", "module.Class", @"trust_remote\u005fcode",
    ];

    [Fact]
    public void Documents_are_judged_and_scanned_as_their_tokens_are()
    {
        var passed = 0L;
        Gen.Int.Sample(
            seed =>
            {
                var random = new Random(seed);
                var content = Content(random);
                Interlocked.Add(ref passed, Same(content, isModules: random.Next(4) == 0, () => random.Next(3) == 0 ? random.Next(1, 8) : random.Next(1, 400)));
            },
            iter: 30_000);
        Assert.True(passed > 30_000, $"only {passed} values were walked without tokens");
    }

    [Fact]
    public void Numbers_depth_and_names_are_bounded_as_their_tokens_are()
    {
        foreach (var digits in (int[])[1, 199, 200, 201, 300, 308, 309, 4299, 4300, 4301])
        {
            foreach (var exponent in (string[])["", "e99", "e-99", "e100", "e109", "e309"])
            {
                Same($"[0, {new string('7', digits)}{exponent}, [{new string('7', digits)}{exponent}]]");
            }
        }

        foreach (var depth in (int[])[1, 2, 3, 61, 62, 63, 64, 65, 66])
        {
            Same($"[1, {new string('[', depth)}{new string(']', depth)}]");
            Same($"{{\"a\": [1, {{\"b\": {string.Concat(Enumerable.Repeat("{\"a\":", depth))}1{new string('}', depth)}}}]}}");
        }

        foreach (var names in (int[])[255, 256, 257, 1_000])
        {
            var members = string.Join(',', Enumerable.Range(0, names).Select(i => $"\"{i}\":0"));
            foreach (var last in (string[])["", ",\"7\":0", ",\"\\u0037\":0", ",\"x\":{\"7\":0,\"7\":0}"])
            {
                Same($"[{{{members}{last}}}, 1]");
                Same($"{{\"a\": {{\"b\": {{{members}{last}}}}}}}");
            }
        }
    }

    [Theory]
    [InlineData("[[1, 2], {\"a\": [3, 4]}, 5]", 3)]
    [InlineData("[\n  \"a\",\n  \"b\"\n]", 2)]
    [InlineData("{\"a\": [1, 2, 3], \"b\": {\"c\": 1, \"d\": {\"e\": 2}}}", 5)]
    [InlineData("{\"a\": {\"trust_remote_code\": true, \"b\": 1}}", 0)]
    [InlineData("{\"auto_map\": {\"a\": 1, \"b\": 2}, \"c\": 1}", 0)]
    public void What_nobody_asks_for_is_passed(string text, int values) => Assert.Equal(values, Same(Encoding.UTF8.GetBytes(text), isModules: false, () => int.MaxValue));

    [Fact]
    public void Types_of_modules_are_not_passed() =>
        Assert.Equal(0, Same("[{\"type\": \"module.Class\", \"a\": {\"b\": 1}}, {\"type\": [\"other.Class\"]}]"u8.ToArray(), isModules: true, () => int.MaxValue));

    private static void Same(string text)
    {
        var content = Encoding.UTF8.GetBytes(text);
        foreach (var block in (int[])[7, 256, int.MaxValue])
        {
            Same(content, isModules: false, () => block);
        }
    }

    /// <summary>How many values were passed.</summary>
    private static long Same(byte[] content, bool isModules, Func<int> block)
    {
        var (tokens, runs) = (new JsonRoot(new LoaderSwitches(isModules)), new JsonRoot(new LoaderSwitches(isModules)));
        var expected = Read(content, tokens, new Tokens(tokens, mayPass: false), () => content.Length);
        var visitor = new Tokens(runs, mayPass: true);
        Assert.Equal(expected, Read(content, runs, visitor, block));
        return visitor.Values;
    }

    private static string Read(ReadOnlySpan<byte> content, JsonRoot root, JsonVisitor visitor, Func<int> block)
    {
        using var stream = new JsonStream(visitor);
        for (var at = 0; at < content.Length;)
        {
            var bytes = Math.Min(block(), content.Length - at);
            if (stream.Append(content.Slice(at, bytes), at) is { } refusal)
            {
                return refusal.ToString();
            }

            at += bytes;
        }

        var last = stream.Complete(content.Length);
        return last is not null ? last.ToString() : string.Join('\n', [$"{root.IsObject} {root.Members}", .. root.Switches.Warnings.Concat(stream.Warnings)]);
    }

    private static byte[] Content(Random random)
    {
        var text = new StringBuilder();
        JsonTexts.Append(text, random, random.Next(3) == 0 ? '[' : '{', depth: 6, Texts, feed: "\n");
        text.Append('\n');
        JsonTexts.Damage(text, random);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>The tokens as they come, all of them where nothing may be passed.</summary>
    private sealed class Tokens(JsonRoot root, bool mayPass) : JsonVisitor
    {
        public long Values { get; private set; }

        public override byte[]? Noticed => root.Noticed;

        public override JsonFault? Begin(int depth, bool isObject) => root.Begin(depth, isObject);

        public override JsonFault? End(int depth, bool isObject) => root.End(depth, isObject);

        public override JsonFault? Name(int depth, ReadOnlySpan<byte> name) => root.Name(depth, name);

        public override JsonFault? String(int depth, ReadOnlySpan<byte> text) => root.String(depth, text);

        public override JsonFault? Number(int depth, ref Utf8JsonReader reader) => root.Number(depth, ref reader);

        public override JsonFault? Literal(int depth, bool isTrue) => root.Literal(depth, isTrue);

        public override bool Passes(int depth) => mayPass && root.Passes(depth);

        public override void Passed(int depth, int count)
        {
            Values += count;
            root.Passed(depth, count);
        }

        public override JsonFault? Complete() => root.Complete();
    }
}
