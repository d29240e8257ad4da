using System.Diagnostics;
using System.Formats.Tar;
using System.Text;
using CsCheck;
using Gateway.Core.Inspection;
using Gateway.Core.Inspection.Verifiers.WebDataset;
using Gateway.Core.Manifests;
using Xunit;

namespace Gateway.Tests.Core.Inspection;

public sealed class WebDatasetTests
{
    private const long GibiByte = 1024L * 1024 * 1024;
    private static readonly string[] Weights = [".safetensors", ".safetensors.index.json", ".gguf", ".onnx", ".npz", ".tar"];
    private static readonly Gen<int[]> Chunks = Gen.OneOf(Gen.Int[1, 8], Gen.Int[1, 100_000]).Array[1, 6];
    private static readonly Gen<TarEntryFormat> Format = Gen.Bool.Select(pax => pax ? TarEntryFormat.Pax : TarEntryFormat.Ustar);
    private static readonly string[] Names = ["{0}.txt", "d/{0}.txt", "größe-{0}.txt", $"{new string('k', 60)}/{{0}}{new string('k', 40)}.txt"];
    private static readonly Gen<string> Name = Gen.Int[0, 3].Select(i => Names[i]);

    public static TheoryData<string> Samples => ["by hand", "name in prefix and name", "pax header of GNU tar", "pax path cut before a character"];

    [Theory]
    [MemberData(nameof(Samples))]
    public void Truncation_at_every_byte_is_refused(string sample) => Damage.Truncate("a.tar", Sample(sample), _ => false);

    /// <summary>Nothing may change but what a member or a pax record says, a name where the header has no room for it, and how the checksum is ended.</summary>
    [Theory]
    [MemberData(nameof(Samples))]
    public void Any_bit_changed_is_refused_but_for_content(string sample)
    {
        var original = Sample(sample);
        var members = Told(original);
        Damage.Flip(
            "a.tar",
            Sample(sample),
            content => Blank(content).AsSpan().SequenceEqual(Blank(original))
                && Told(content).SequenceEqual(members));

        static List<(string, int)> Told(byte[] tar) => [.. WebDatasetFiles.Read(tar).Select(m => (m.Name[..Math.Min(m.Name.Length, 99)], m.Content.Length))];
    }

    [Fact]
    public void Tars_of_another_writer_are_accepted_in_any_chunks() =>
        Gen.Select(Gen.Select(Name, Gen.OneOf(Gen.Int[0, 2_000], Gen.Int[0, 200_000])).Array[1, 6], Format, Chunks).Sample(
            (members, format, chunks) =>
            {
                var content = WebDatasetFiles.Of(
                    format, members.Select((m, i) => (string.Format(System.Globalization.CultureInfo.InvariantCulture, m.Item1, i), Words(m.Item2))));
                var inspection = Inspected.File("a.tar", content, chunks);
                Assert.True(inspection.Accepted, inspection.Refusal?.ToString());
                Assert.Equal(Inspected.File("a.tar", content).Text(), inspection.Text());
                Assert.Contains(new SummaryEntry("members", $"{members.Length}"), inspection.Summary);
            },
            iter: 200);

    [Fact]
    public void A_fault_of_a_member_is_told_at_its_offset_in_the_tar_in_any_chunks() =>
        Gen.Select(Gen.Int[0, 150_000], Gen.Int[0, 99_999], Chunks).Sample(
            (before, at, chunks) =>
            {
                var content = WebDatasetFiles.Of(TarEntryFormat.Ustar, ("a.txt", Words(before)), ("b.txt", Words(100_000)));
                var offset = 512 + ((before + 511) / 512 * 512) + 512 + at;
                content[offset] = 1;
                var finding = Assert.Single(Inspected.File("a.tar", content, chunks).Findings);
                Assert.Equal(("FORMAT_MALFORMED", offset), (finding.Code, finding.Offset));
                Assert.StartsWith("member \"b.txt\": ", finding.Message, StringComparison.Ordinal);
            },
            iter: 100);

    /// <summary>Whatever a file is answered as, it is answered as within a tar; formats that read ahead read within their member.</summary>
    [Theory]
    [InlineData("before.txt")]
    [InlineData(null)]
    public void Members_are_answered_as_files_are(string? before)
    {
        var compared = 0;
        foreach (var (file, vector) in InspectionVectors.All)
        {
            var name = vector.Path[(vector.Path.LastIndexOf('/') + 1)..];
            var alone = Inspected.File(vector.Path, vector.Input);
            if (name[0] == '.' || Weights.Any(w => name.EndsWith(w, StringComparison.OrdinalIgnoreCase)))
            {
                continue;
            }

            (string, byte[])[] first = before is null ? [] : [(before, Words(700))];
            var shift = (before is null ? 0 : 512 + 1024) + 512;
            var inspection = Inspected.File("a.tar", WebDatasetFiles.Of(TarEntryFormat.Ustar, [.. first, (name, vector.Input)]));

            // The first byte of the tar is then that of a name, which no content begins with.
            Assert.True(alone.Accepted == inspection.Accepted, $"{file} {vector.Name}: {alone.Text()} {inspection.Text()}");
            Assert.True(alone.Codes().SequenceEqual(inspection.Codes()), $"{file} {vector.Name}: {alone.Text()} {inspection.Text()}");
            Assert.Equal(alone.Findings.Select(f => (f.Offset ?? 0) + shift), inspection.Findings.Select(f => f.Offset!.Value));
            Assert.Equal(alone.Rows, inspection.Rows);
            compared++;
        }

        Assert.True(compared > 500, $"{compared} vectors were compared");
    }

    [Theory]
    [InlineData(TarEntryFormat.Gnu)]
    [InlineData(TarEntryFormat.V7)]
    public void Other_dialects_of_another_writer_are_refused(TarEntryFormat format) =>
        Assert.Equal(["FORMAT_UNKNOWN"], Inspected.File("a.tar", WebDatasetFiles.Of(format, ("a.txt", Words(10)))).Codes());

    [Fact]
    public void Other_kinds_of_entries_of_another_writer_are_refused()
    {
        foreach (var type in (TarEntryType[])[TarEntryType.SymbolicLink, TarEntryType.HardLink, TarEntryType.Fifo, TarEntryType.CharacterDevice, TarEntryType.BlockDevice])
        {
            using var tar = new MemoryStream();
            using (var writer = new TarWriter(tar, TarEntryFormat.Ustar, leaveOpen: true))
            {
                var entry = new UstarTarEntry(type, "a.txt");
                if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
                {
                    entry.LinkName = "../b.txt";
                }

                writer.WriteEntry(entry);
            }

            Assert.Equal(["NOT_REGULAR_FILE"], Inspected.File("a.tar", tar.ToArray()).Codes());
        }
    }

    /// <summary>The program that webdataset writes by: what it writes must be let in.</summary>
    [Fact]
    public void What_CPython_writes_is_accepted_but_for_GNU()
    {
        const string script = """
            import io, sys, tarfile
            for name, format in (("ustar", tarfile.USTAR_FORMAT), ("pax", tarfile.PAX_FORMAT), ("gnu", tarfile.GNU_FORMAT)):
                for mode in ("w|", "w:"):
                    with tarfile.open(f"{sys.argv[1]}/{name}-{len(mode)}{'s' if '|' in mode else ''}.tar", mode, format=format) as tar:
                        for i in range(300):
                            for ending, data in (("cls", b"%d" % i), ("json", b'{"i":%d}' % i), ("größe.txt", b"words\n" * (i * 7))):
                                info = tarfile.TarInfo(f"{'part/' * 20}{'k' * 40}{i:06}.{ending}")
                                info.size, info.mtime, info.mode, info.uname, info.gname = len(data), 1.7e9 + i if name == "gnu" else int(1.7e9) + i, 0o444, "bigdata", "bigdata"
                                if name == "pax":
                                    info.mtime += 0.123456
                                tar.addfile(info, io.BytesIO(data))
            """;
        using var directory = PythonOutput.Of(script);
        foreach (var file in Directory.GetFiles(directory.Path))
        {
            var inspection = Inspected.File("a.tar", File.ReadAllBytes(file));
            if (Path.GetFileName(file).StartsWith("gnu", StringComparison.Ordinal))
            {
                Assert.Equal(["FORMAT_UNKNOWN"], inspection.Codes());
                continue;
            }

            Assert.True(inspection.Accepted, $"{file}: {inspection.Refusal}");
            Assert.Equal(
                [new("members", "900"), new("samples", "300"), new("formats", "json x300, text x600")], inspection.Summary);
        }

        Assert.Equal(6, Directory.GetFiles(directory.Path).Length);
    }

    [Fact]
    public void A_member_of_1_GiB_is_read_in_flat_memory()
    {
        var head = new byte[512];
        WebDatasetFiles.Header(head, "a.txt", GibiByte);
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var inspector = new FileInspector(Inspected.Path("a.tar"), 512 + GibiByte + 1024, (_, _) => 0);
        inspector.Append(head);
        var block = new byte[256 * 1024];
        block.AsSpan().Fill((byte)'x');
        for (var left = GibiByte; left > 0; left -= block.Length)
        {
            inspector.Append(block);
        }

        inspector.Append(new byte[1024]);
        var inspection = inspector.Complete();
        Assert.True(inspection.Accepted, inspection.Refusal?.ToString());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2 * 1024 * 1024);
    }

    [Fact]
    public void Directories_beyond_the_limit_are_refused()
    {
        var deep = string.Concat(Enumerable.Repeat("d/", 450));
        var members = Enumerable.Range(0, (WebDatasetLimits.Directories / 450) + 1).Select(i => ($"{i}/{deep}a.txt", Words(1))).ToArray();
        Assert.Equal(["LIMIT_EXCEEDED"], Inspected.File("a.tar", WebDatasetFiles.Of(TarEntryFormat.Pax, members)).Codes());
        Assert.True(Inspected.File("a.tar", WebDatasetFiles.Of(TarEntryFormat.Pax, members[..^2])).Accepted);
    }

    [Fact]
    public void Each_code_of_members_is_told_however_many_there_are_of_another()
    {
        var formulas = Enumerable.Range(0, 2_000).Select(i => ($"{i}.csv", "=1+1\n"u8.ToArray()));
        var inspection = Inspected.File("a.tar", WebDatasetFiles.Of(TarEntryFormat.Ustar, [.. formulas, ("z.txt", Encoding.UTF8.GetBytes("a\u202eb"))]));
        Assert.Equal([.. Enumerable.Repeat("CSV_FORMULA", WebDatasetLimits.ToldFindings + 1), "BIDI_CONTROL"], inspection.Codes());
        Assert.StartsWith("1,992 more", inspection.Findings[WebDatasetLimits.ToldFindings].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Totals_and_what_is_not_checked_speak_of_members()
    {
        var artifact = new ArtifactInspector(ArtifactKind.Dataset);
        artifact.Add(Inspected.File("0.tar", WebDatasetFiles.Of(TarEntryFormat.Pax, ("a.jsonl", "{}\n{}\n"u8.ToArray()), ("a.txt", Words(5)))), "webdataset");
        artifact.Add(Inspected.File("1.tar", WebDatasetFiles.Of(TarEntryFormat.Pax, ("b.txt", Words(5)), ("c.txt", Words(5)))), "webdataset");
        var inspection = artifact.Complete();
        Assert.True(inspection.Accepted, inspection.Refusal?.ToString());
        Assert.Contains(new SummaryEntry("members", "4"), inspection.Totals);
        Assert.Contains(new SummaryEntry("samples", "3"), inspection.Totals);
        Assert.Contains(new SummaryEntry("rows", "2"), inspection.Totals);
        Assert.All(["meaning of samples", "meaning of text", "schema of values"], phrase => Assert.Contains(phrase, inspection.NotChecked));
    }

    private static byte[] Words(int bytes) => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("Some words.\n", (bytes / 12) + 1))[..bytes]);

    private static byte[] Sample(string name) =>
        [.. InspectionVectors.All.Single(v => v.File == "webdataset.json" && v.Case.Name == name).Case.Input];

    /// <summary>The bytes without contents, pax records and checksums' last two bytes, each entry where its size puts it.</summary>
    private static byte[] Blank(byte[] content)
    {
        var blank = (byte[])content.Clone();
        for (var at = 0; at + 512 <= blank.Length && blank[at] != 0;)
        {
            var size = Convert.ToInt32(Encoding.ASCII.GetString(blank, at + 124, 11), 8);
            blank.AsSpan(at + 154, 2).Clear();
            blank.AsSpan(at + 512, size).Clear();
            at += 512 + ((size + 511) / 512 * 512);
        }

        return blank;
    }
}
