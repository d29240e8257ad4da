using System.Diagnostics;
using Gateway.Core.Inspection;
using Xunit;

namespace Gateway.Tests.Core.Inspection;

/// <summary>The programs that others read and write these formats with agree: what they wrote is accepted, what is accepted they read.</summary>
public sealed class MediaToolTests
{
    [Theory]
    [InlineData("jpeg.json", "djpeg", "-outfile /dev/null")]
    [InlineData("webp.json", "webpinfo", "-quiet")]
    [InlineData("flac.json", "flac", "-t -s")]
    public void What_is_accepted_is_read_by_the_formats_own_program(string file, string program, string arguments)
    {
        Assert.SkipUnless(Find(program) is not null, $"{program} is not installed");
        var accepted = InspectionVectors.All.Where(v => v.File == file && v.Case.Accepted).Select(v => v.Case).ToArray();
        Assert.NotEmpty(accepted);
        var folder = Directory.CreateTempSubdirectory("media");
        try
        {
            foreach (var vector in accepted)
            {
                var path = Path.Combine(folder.FullName, Path.GetFileName(vector.Path));
                File.WriteAllBytes(path, vector.Input);
                Assert.True(Run(program, [.. arguments.Split(' '), path]) == 0, $"{program} refuses {vector.Name}");
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("a.jpg", "cjpeg", "-quality 90 -outfile {out} {ppm}")]
    [InlineData("a.jpg", "cjpeg", "-progressive -optimize -outfile {out} {ppm}")]
    [InlineData("a.jpg", "cjpeg", "-restart 2 -sample 2x2 -outfile {out} {ppm}")]
    [InlineData("a.jpg", "cjpeg", "-grayscale -outfile {out} {ppm}")]
    [InlineData("a.webp", "cwebp", "-quiet -q 80 {ppm} -o {out}")]
    [InlineData("a.webp", "cwebp", "-quiet -lossless {ppm} -o {out}")]
    [InlineData("a.flac", "flac", "-s -f -8 {wav} -o {out}")]
    [InlineData("a.flac", "flac", "-s -f -0 --blocksize=1000 --lax {wav} -o {out}")]
    [InlineData("a.wav", "cp", "{wav} {out}")]
    public void What_they_write_is_accepted(string name, string program, string arguments)
    {
        Assert.SkipUnless(Find(program) is not null, $"{program} is not installed");
        var folder = Directory.CreateTempSubdirectory("media");
        try
        {
            var (ppm, wav, path) = (Path.Combine(folder.FullName, "in.ppm"), Path.Combine(folder.FullName, "in.wav"), Path.Combine(folder.FullName, name));
            var random = new Random(7);
            var noise = new byte[301 * 203 * 3];
            random.NextBytes(noise);
            File.WriteAllBytes(ppm, [.. "P6\n301 203\n255\n"u8, .. noise]);
            File.WriteAllBytes(wav, Wav(Enumerable.Range(0, 200_000).Select(i => (short)((8_000 * Math.Sin(i / 17.0)) + random.Next(300)))));
            var filled = arguments.Split(' ').Select(a => a.Replace("{ppm}", ppm, StringComparison.Ordinal).Replace("{wav}", wav, StringComparison.Ordinal)
                .Replace("{out}", path, StringComparison.Ordinal));
            Assert.Equal(0, Run(program, [.. filled]));
            var content = File.ReadAllBytes(path);
            var inspection = Inspected.File(name, content);
            Assert.True(inspection.Accepted, inspection.Refusal?.ToString());
            Assert.Equal(inspection.Text(), Inspected.File(name, content, 1, 70_001, 13).Text());

            // A changed byte in the middle of FLAC's frames breaks a CRC; elsewhere it is only answered.
            content[content.Length / 2] ^= 0x10;
            var damaged = Inspected.File(name, content);
            Assert.True(name != "a.flac" || !damaged.Accepted);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static byte[] Wav(IEnumerable<short> samples)
    {
        var into = new MemoryStream();
        var writer = new BinaryWriter(into);
        var data = samples.ToArray();
        writer.Write("RIFF"u8);
        writer.Write(36 + (2 * data.Length));
        writer.Write("WAVEfmt "u8);
        writer.Write(16);
        writer.Write((short)1);
        writer.Write((short)2);
        writer.Write(44_100);
        writer.Write(4 * 44_100);
        writer.Write((short)4);
        writer.Write((short)16);
        writer.Write("data"u8);
        writer.Write(2 * data.Length);
        foreach (var sample in data)
        {
            writer.Write(sample);
        }

        return into.ToArray();
    }

    private static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static int Run(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Find(program)!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Assert.True(process.WaitForExit(60_000), program);
        return process.ExitCode;
    }
}
