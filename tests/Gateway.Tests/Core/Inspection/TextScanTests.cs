using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using Gateway.Core.Inspection;
using Gateway.Core.Inspection.Scanning;
using Xunit;

namespace Gateway.Tests.Core.Inspection;

/// <summary>The scan of text against regular expressions, over borders of blocks, and never showing the whole of what it found.</summary>
public sealed partial class TextScanTests
{
    private const string Word = "[A-Za-z0-9_-]";
    private const string Local = "[A-Za-z0-9._%+-]";
    private const string Secret = "wJalrXUtnFEMIK7MDENGbPxRfiCYzEXAMPLEKEY1";

    /// <summary>Put together here, so that no scanner takes this file for a leak.</summary>
    private static readonly string[] Keys =
    [
        "AKIA" + "IOSFODNN7EXAMPLE", "gh" + "p_16C7e42F292c6912E7710c838347Ae178B4a", "hf" + "_AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGh",
        "sk" + "-proj-aB3dE6gH9jK2mN5pQ8sT1vW4xY7zA0cD3fG6iJ9lM2oP5", "xox" + "b-123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx",
        "AI" + "zaSyA1234567890abcdefghijklmnopqrstuv", "ey" + "JhbGciOiJIUzI1NiJ9.ey" + "JzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
        "-----BEGIN PRIV" + "ATE KEY-----", "password=" + Secret,
    ];

    private static readonly Gen<string> Piece = Gen.OneOf(
        OneOf(Keys),
        OneOf("http", "https", "s3", "HTTP", "://", ":", "/", "@", ".", "..", "-", "_", "=", "\"", "'", " ", "\n", "\\", "[", "]", "user:word@", "example", "org", "com", "a"),
        OneOf("token", "secret", "passwd", "api_key", "key", "=", ": ", "\": \"", Secret, Secret[..19], "0123456789abcdef0123456789abcdef", "hf_", "sk-", "eyJ", "AKIA", "gh", "p_", "xoxb-"),
        OneOf("é", "漢", "😀", "%", "+", "(", ".txt"),
        Gen.String[Gen.Char["abzABZ019"], 1, 70],
        Gen.Select(OneOf("a", "B1c", "x.", "-"), Gen.Int[1, 300], (s, n) => string.Concat(Enumerable.Repeat(s, n))));

    private static readonly Gen<byte[]> Texts = Piece.Array[0, 40].Select(p => Encoding.UTF8.GetBytes(string.Concat(p)));

    private static readonly Gen<int[]> Chunks = Gen.OneOf(Gen.Int[1, 8], Gen.Int[1, 700], Gen.Int[1, 4_000]).Array[1, 6];

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    [Fact]
    public void As_many_are_counted_as_regular_expressions_find() =>
        Texts.Sample(
            text =>
            {
                var scan = new TextScan();
                scan.Whole(text, 0);
                var (urls, mails, keys) = Plainly(text);
                Assert.Equal(Expected(("URLS", urls), ("EMAIL_ADDRESSES", mails), ("KEYS", keys)), scan.Seen.Select(f => (f.Code, f.Offset!.Value, Count(f))));
            },
            iter: 30_000,
            print: Encoding.UTF8.GetString);

    [Fact]
    public void A_text_in_blocks_is_seen_as_the_whole_text_is() =>
        Gen.Select(Texts.Array[1, 6], Chunks).Sample(
            (texts, chunks) =>
            {
                byte[] text = [.. texts.SelectMany(t => t)];
                var whole = new TextScan();
                whole.Whole(text, 7);
                var parts = new TextScan();
                var stream = new TextStream(parts);
                var at = 0;
                for (var i = 0; at < text.Length; i++)
                {
                    var size = Math.Min(chunks[i % chunks.Length], text.Length - at);
                    stream.Append(text.AsSpan(at, size), 7 + at);
                    at += size;
                }

                stream.Complete(7 + at);
                Assert.Equal(whole.Seen, parts.Seen);
            },
            iter: 20_000);

    [Fact]
    public void Wherever_a_block_ends_a_key_an_address_and_a_URL_are_seen()
    {
        foreach (var (what, code) in Keys.Select(k => (k, "KEYS")).Append(("https://user@example.org/", "URLS")).Append((new string('a', 64) + "@example.org", "EMAIL_ADDRESSES")))
        {
            for (var before = InspectionLimits.BlockBytes - what.Length - 2; before <= InspectionLimits.BlockBytes + 2; before++)
            {
                var inspection = Inspected.File("a.txt", Encoding.ASCII.GetBytes(new string('\n', before) + what + "\n"));
                var finding = Assert.Single(inspection.Findings, f => f.Code == code);
                Assert.Equal(before + (what.StartsWith("password", StringComparison.Ordinal) ? 9 : 0), finding.Offset);
                Assert.Equal(1, Count(finding));
            }
        }
    }

    [Fact]
    public void No_secret_or_address_is_shown_whole()
    {
        foreach (var what in Keys.Append("Some.One@mail.example.org").Append("https://someone:word@example.org/path?token=1#end"))
        {
            foreach (var (path, content) in Holding(what))
            {
                var inspection = Inspected.File(path, content);
                Assert.True(inspection.Accepted, inspection.Refusal?.ToString());
                Assert.NotEmpty(inspection.Findings);
                var said = string.Join('\n', inspection.Findings.Select(f => f.Message + f.Evidence)) + string.Join('\n', inspection.Summary);
                Assert.DoesNotContain(what, said, StringComparison.Ordinal);
                Assert.DoesNotContain(Secret[..8], said, StringComparison.Ordinal);
                Assert.DoesNotContain("someone", said, StringComparison.OrdinalIgnoreCase);
                Assert.DoesNotContain("path", said, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Samples_are_the_first_three_by_scheme_host_and_kind()
    {
        var text = $"http://a.b/1 s3://c/2 https://u:p@d.ef:80/3 ftp://f/4 a@b.cd eF@gh.ij {Keys[0]} {Keys[1]} password={Secret}\n";
        var findings = Inspected.File("a.txt", Encoding.ASCII.GetBytes(text)).Findings;
        Assert.Equal(["URLs: 4", "what looks like mail addresses: 3", "what looks like keys or passwords: 3"], findings.Select(f => f.Message));
        Assert.Equal("\"http://a.b\", \"s3://c\", \"https://d.ef\"", findings[0].Evidence);
        Assert.Equal("p...@d..., a...@b..., e...@g...", findings[1].Evidence);
        Assert.Equal(
            "AWS access key id AKIA... (20 characters), GitHub token ghp_... (40 characters), value of a key, token or password wJal... (40 characters)",
            findings[2].Evidence);
        Assert.Equal([Severity.Info, Severity.Info, Severity.Warning], findings.Select(f => f.Severity));
    }

    [Fact]
    public void In_JSON_what_is_written_with_escapes_is_seen_where_its_string_begins()
    {
        var findings = Inspected.File("a.jsonl", "{\"a\":\"b\"}\n{\"c\":\"see \\u0068ttp:\\/\\/a.b or https://c.d\"}\n{\"e\":\"f https://g.h\"}\n"u8).Findings;
        var urls = Assert.Single(findings);
        Assert.Equal((15, 3), ((int)urls.Offset!, Count(urls)));
        Assert.Equal(5 + 1 + 2, Inspected.File("a.json", "{\"a\":\"f https://g.h\"}"u8).Findings[0].Offset);
    }

    /// <summary>Text that makes every anchor look as far as it may: the time stays that of reading it some tens of times.</summary>
    [Theory]
    [InlineData("@a")]
    [InlineData("a@")]
    [InlineData("://a")]
    [InlineData("a://")]
    [InlineData("http://a@")]
    [InlineData("sk-")]
    [InlineData(".eyJaaaaaaaaaaaaaaaa")]
    [InlineData("token=")]
    [InlineData("key=key=a1")]
    [InlineData("-----BEGIN ")]
    public void Hostile_repetition_is_read_to_its_end(string piece)
    {
        var text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(piece, 2_000_000 / piece.Length)));
        Assert.True(Inspected.File("a.txt", text).Accepted);
    }

    private static IEnumerable<(string Path, byte[] Content)> Holding(string what)
    {
        yield return ("a.txt", Encoding.ASCII.GetBytes($"x {what}\n"));
        yield return ("a.csv", Encoding.ASCII.GetBytes($"a,{what}\n"));
        yield return ("a.tsv", Encoding.ASCII.GetBytes($"a\t{what}\n"));
        yield return ("a.json", Encoding.ASCII.GetBytes($"{{\"a\":\"{what}\",\"password\":\"{Secret}\"}}"));
        yield return ("a.jsonl", Encoding.ASCII.GetBytes($"{{\"{what}\":1}}\n"));
        yield return ("tokenizer_config.json", Encoding.ASCII.GetBytes($"{{\"chat_template\":\"{what} {{{{ a }}}}\",\"auto_map\":{{\"a\":\"{what}\"}}}}"));
        yield return ("a.safetensors", SafetensorsFiles.Of($"{{\"__metadata__\":{{\"a\":\"{what}\",\"b {what}\":\"\",\"api_key\":\"{Secret}\"}}}}", 0));
    }

    private static int Count(Finding finding) => int.Parse(Number().Match(finding.Message).Groups[1].Value.Replace(",", "", StringComparison.Ordinal), System.Globalization.CultureInfo.InvariantCulture);

    private static IEnumerable<(string Code, long Offset, int Count)> Expected(params (string Code, List<int> Places)[] seen) =>
        seen.Where(s => s.Places.Count > 0).Select(s => (s.Code, (long)s.Places[0], s.Places.Count));

    /// <summary>Where each kind begins, in the order of its anchors, by regular expressions over one char a byte.</summary>
    private static (List<int> Urls, List<int> Mails, List<int> Keys) Plainly(byte[] bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        List<int> urls = [.. Matches(Url(), text).Where(m => IsUrl(m.Groups[1].Value, m.Groups[2].Value)).Select(m => m.Index)];
        var mails = new List<int>();
        foreach (Match at in At().Matches(text))
        {
            var local = Regex.Match(text[..at.Index], $"{Local}+\\z").Value;
            var domain = Regex.Match(text[(at.Index + 1)..], "^[A-Za-z0-9.-]*").Value;
            var first = local.TakeWhile(c => !char.IsAsciiLetterOrDigit(c)).Count();
            if (local.Length is > 0 and <= 64 && first < local.Length && domain.Length <= 255 && Domain().IsMatch(domain.TrimEnd('.', '-')))
            {
                mails.Add(at.Index - local.Length + first);
            }
        }

        var keys = Matches(Key(), text).Where(m => IsKey(m.Value)).Select(m => (Anchor: m.Index + (m.Value[0] == '-' ? 4 : 0), At: m.Index))
            .Concat(Matches(WebTokenAt(), text).Where(m => IsWebToken(text.Substring(m.Index, Math.Min(512, text.Length - m.Index)))).Select(m => (Anchor: m.Index, At: m.Index))).ToList();
        foreach (var word in Matches(Assigned(), text))
        {
            var value = word.Groups["value"];
            if (IsRandom(value.Value) && !keys.Any(k => k.At == value.Index))
            {
                keys.Add((word.Groups["word"].Index + word.Groups["word"].Length - 3, value.Index));
            }
        }

        return (urls, mails, [.. keys.Distinct().OrderBy(k => k.Anchor).Select(k => k.At)]);
    }

    /// <summary>Also those that begin within another.</summary>
    private static IEnumerable<Match> Matches(Regex regex, string text)
    {
        for (var match = regex.Match(text); match.Success; match = regex.Match(text, match.Index + 1))
        {
            yield return match;
        }
    }

    /// <summary>Of 512 bytes, as far as is looked, a longer one shows no end.</summary>
    private static bool IsWebToken(string seen) => WebToken().Match(seen) is { Success: true } match && (match.Groups["end"].Length > 0 || seen.Length == 512);

    private static bool IsKey(string key) => key.Length < 512 && (!key.StartsWith("sk-", StringComparison.Ordinal) || HasRandomRun(key[3..], 20));

    private static bool IsUrl(string scheme, string authority)
    {
        if (authority.Length >= 320)
        {
            return true;
        }

        var host = authority[(authority.LastIndexOf('@') + 1)..];
        return host.Length > 0 && (char.IsAsciiLetterOrDigit(host[0]) || host[0] >= 0x80 || (host[0] == '[' && host.Contains(']')));
    }

    private static bool HasRandomRun(string text, int length) =>
        Regex.Matches(text, "[A-Za-z0-9]+").Any(m => m.Length >= length && m.Value.Any(char.IsAsciiDigit) && m.Value.Any(char.IsAsciiLetter));

    private static bool IsRandom(string value) =>
        value.Length is >= 20 and < 512 && value.Any(char.IsAsciiDigit)
        && (value.All(char.IsAsciiHexDigit)
            ? value.Length >= 32 && value.Any(char.IsAsciiLetter)
            : value.Any(char.IsAsciiLetterUpper) && value.Any(char.IsAsciiLetterLower) && HasRandomRun(value, 16));

    [GeneratedRegex(": ([0-9,]+)")]
    private static partial Regex Number();

    [GeneratedRegex("(?<![A-Za-z0-9])(http|https|ftp|ftps|sftp|ssh|git|file|smb|ws|wss|ldap|ldaps|s3|s3a|gs|az|abfs|abfss|wasb|wasbs|adl|hdfs|hf)://([A-Za-z0-9._~%!$&*+;=:@\\[\\]\x80-\xff-]{0,320})", RegexOptions.IgnoreCase)]
    private static partial Regex Url();

    [GeneratedRegex("@")]
    private static partial Regex At();

    [GeneratedRegex(@"^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9.-]*\.[A-Za-z]{2,}\z")]
    private static partial Regex Domain();

    [GeneratedRegex(
        $"-----BEGIN (?=[A-Z ]{{0,40}}PRIVATE KEY)[A-Z ]{{0,35}}-----|(?<!{Word})(?:(?:AKIA|ASIA)[A-Z2-7]{{16}}(?!{Word})|AIza{Word}{{35}}(?!{Word})|gh[pousr]_[A-Za-z0-9]{{36,}}(?!{Word})"
        + $"|hf_[A-Za-z0-9]{{34,}}(?!{Word})|sk-[A-Za-z0-9]{Word}{{30,}}|xox[abeoprs]-(?={Word}{{0,506}}[0-9]){Word}{{20,}})")]
    private static partial Regex Key();

    [GeneratedRegex($"(?<!{Word})eyJ")]
    private static partial Regex WebTokenAt();

    [GeneratedRegex($"^eyJ[A-Za-z0-9]{Word}{{12,}}\\.(?=eyJ){Word}{{16,}}(?<end>\\.|\\z)")]
    private static partial Regex WebToken();

    [GeneratedRegex(
        "(?<word>(?i:token|secret|password|passwd|pwd|(?:api|access|secret|private|auth|account)[_ -]?key|key(?=[\"'\\\\]{0,3}[ \\t]{0,4}=)))"
        + "[\"'\\\\]{0,3}[ \\t]{0,4}[=:][ \\t]{0,4}[\"'\\\\]{0,3}(?<value>(?>[A-Za-z0-9+/_=-]+))(?!\\(|\\.[A-Za-z0-9+/_=-])")]
    private static partial Regex Assigned();
}
