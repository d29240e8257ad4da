using System.Text.RegularExpressions;
using Xunit;

namespace Gateway.Tests.Rules;

public sealed partial class SourceTests
{
    /// <summary>Lines of one file, beyond which what it holds should be split.</summary>
    private const int LongestFile = 500;

    [Fact]
    public void No_file_is_longer_than_a_reader_holds_in_mind() =>
        Assert.DoesNotContain(Sources(), f => File.ReadLines(f).Count() > LongestFile);

    [Fact]
    public void Names_say_what_they_hold() =>
        Assert.Empty(Sources().SelectMany(f => TypeName().Matches(File.ReadAllText(f)).Select(m => m.Groups[1].Value).Append(Path.GetFileNameWithoutExtension(f)))
            .Where(n => VagueName().IsMatch(n)).Distinct());

    [Fact]
    public void Json_of_ours_is_read_strictly() =>
        Assert.Empty(Offending(@"JsonSerializerOptions\.Default\b|JsonSerializerOptions\.Web\b|new JsonSerializerOptions\(\)"));

    [Fact]
    public void No_shell_runs_what_people_pass() =>
        Assert.Empty(Offending(@"""/bin/(ba|da)?sh""|UseShellExecute = true"));

    [Fact]
    public void Uploads_are_the_only_client_streams_and_guard_themselves()
    {
        var streams = Repository.Files("protos", "*.proto").SelectMany(File.ReadLines).Where(l => ClientStream().IsMatch(l)).Select(l => ClientStream().Match(l).Groups[1].Value);
        Assert.Equal(["SubmitTransfer", "UploadTransfer"], streams.Order());
    }

    [Fact]
    public void Nothing_is_left_undone() =>
        Assert.Empty(Offending(@"NotImplementedException|NotSupportedException\(""(not |un)implemented|\bTODO\b|\bFIXME\b|\bHACK\b"));

    /// <summary>Words that stand where a text is still to be written; placeholders of our own are a line by themselves.</summary>
    [Fact]
    public void No_page_is_left_with_a_gap() =>
        Assert.Empty(Pages().Where(f => Gap().IsMatch(File.ReadAllText(f))).Select(f => Path.GetRelativePath(Repository.Root, f)));

    private static IEnumerable<string> Pages() =>
        Directory.EnumerateFiles(Repository.Root, "*.md")
            .Concat(((string[])["src", "tests", "protos", "policies"]).SelectMany(folder => Repository.Files(folder, "*.md")));

    private static IEnumerable<string> Sources() => Repository.Files("src", "*.cs").Concat(Repository.Files("tests", "*.cs"));

    private static IEnumerable<string> Offending(string pattern) =>
        Repository.Files("src", "*.cs").Where(f => Regex.IsMatch(File.ReadAllText(f), pattern)).Select(f => Path.GetRelativePath(Repository.Root, f));

    [GeneratedRegex("Manager|Helper|Util|Common|Misc")]
    private static partial Regex VagueName();

    [GeneratedRegex(@"\b(?:class|record|struct|interface|enum) (?:class |struct )?(\w+)")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"\bTODO\b|\bFIXME\b|^\s*([A-Z]+_TOUR|BENCHMARKS?)\s*$", RegexOptions.Multiline)]
    private static partial Regex Gap();

    [GeneratedRegex(@"rpc (\w+)\(stream ")]
    private static partial Regex ClientStream();
}
