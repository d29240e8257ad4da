using System.Diagnostics;
using Gateway.Core;
using Gateway.Core.Inspection;
using Gateway.Core.Inspection.Isolation;
using Gateway.Tests.Core.Inspection;
using Parquet;
using Xunit;

namespace Gateway.Tests.Inspector;

/// <summary>Real workers of both sides: the low one decodes, the high one does not, and what both accept they report alike.</summary>
public sealed class DecodingSidesTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly WorkerSides sides = new();

    public void Dispose()
    {
        directory.Dispose();
        sides.Dispose();
    }

    [Theory]
    [InlineData(CompressionMethod.None)]
    [InlineData(CompressionMethod.Snappy)]
    [InlineData(CompressionMethod.Gzip)]
    [InlineData(CompressionMethod.Zstd)]
    [InlineData(CompressionMethod.Brotli)]
    [InlineData(CompressionMethod.Lz4Raw)]
    public async Task What_decodes_is_reported_alike_on_both_sides(CompressionMethod codec)
    {
        (string, byte[])[] files =
        [
            ("a.parquet", await ParquetTests.Write(3_000, new ParquetOptions { CompressionMethod = codec })),
            ("b.arrow", ArrowTests.Write(isFile: true, DecodingTests.Options(Apache.Arrow.Ipc.CompressionCodecType.Zstd), ArrowTests.Many(1_000))),
            ("c.arrow", ArrowTests.Write(isFile: false, DecodingTests.Options(Apache.Arrow.Ipc.CompressionCodecType.Lz4Frame), ArrowTests.Many(1_000))),
        ];
        var (low, high) = (await sides.LowAsync(WorkerSides.Manifest(files), files), await sides.HighAsync(WorkerSides.Manifest(files), files));
        Assert.True(low.Succeeded(out var lowReport, out var refusal), refusal?.ToString());
        Assert.All(lowReport.Files, f => Assert.DoesNotContain(f.Findings, n => n.Severity == Severity.Refused));
        Assert.True(high.Succeeded(out var highReport, out refusal), refusal?.ToString());
        Assert.Equal(highReport.ToPayload(), lowReport.ToPayload());
    }

    [Fact]
    public async Task What_does_not_decode_is_refused_on_the_low_side_only()
    {
        var damaged = await DecodingTests.Damaged(CompressionMethod.Snappy);
        (string, byte[])[] files = [("a.parquet", await ParquetTests.Write(10, new ParquetOptions())), ("b.parquet", damaged)];
        Assert.True((await sides.HighAsync(WorkerSides.Manifest(files), files)).Succeeded(out var high, out _));
        Assert.All(high.Files, f => Assert.Empty(f.Findings));
        Assert.True((await sides.LowAsync(WorkerSides.Manifest(files), files)).Succeeded(out var low, out _));
        Assert.Empty(low.Files[0].Findings);
        Assert.Equal("FORMAT_MALFORMED", Assert.Single(low.Files[1].Findings).Code);
        Assert.Empty(low.Files[1].Summary);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_job_of_a_worker_says_which_side_it_is_of(bool isLow)
    {
        var (job, text) = (directory["job"], directory["text"]);
        await File.WriteAllTextAsync(text, $"#!/bin/sh\nn=$(head -c 4 | od -An -tu4)\nhead -c $n > {job}\n");
        using (var install = Process.Start("/usr/bin/install", ["-m", "500", text, directory["program"]]))
        {
            await install.WaitForExitAsync();
        }

        (string, byte[])[] files = [("a.txt", "x"u8.ToArray())];
        using var inspectors = WorkerSides.Side(isLow, directory["program"]);
        Assert.Equal(RefusalCode.InspectorFailed, (await sides.RunAsync(inspectors, WorkerSides.Manifest(files), files)).Refusal?.Code);
        Assert.Equal(isLow, InspectionJob.Of(await File.ReadAllBytesAsync(job)).Decodes);
    }

    /// <summary>The decoders' files are replaced by what cannot be loaded: only the side that needs them notices.</summary>
    [Fact]
    public async Task The_high_side_loads_no_decoder()
    {
        var installed = Path.GetDirectoryName(WorkerSides.Program)!;
        var copy = Directory.CreateDirectory(directory["worker"]).FullName;
        using (var copying = Process.Start("/bin/cp", ["-r", $"{installed}/.", copy]))
        {
            await copying.WaitForExitAsync();
        }

        foreach (var decoder in (string[])["Parquet", "Apache.Arrow", "Apache.Arrow.Compression", "Snappier", "K4os.Compression.LZ4", "K4os.Compression.LZ4.Streams"])
        {
            await File.WriteAllTextAsync(Path.Combine(copy, $"{decoder}.dll"), "none");
        }

        var program = Path.Combine(copy, Path.GetFileName(WorkerSides.Program));
        (string, byte[])[] files = [("a.parquet", await ParquetTests.Write(10, new ParquetOptions()))];
        using var high = WorkerSides.Side(isLow: false, program);
        Assert.True((await sides.RunAsync(high, WorkerSides.Manifest(files), files)).Succeeded(out var report, out var refusal), refusal?.ToString());
        Assert.Empty(report.Files[0].Findings);
        using var low = WorkerSides.Side(isLow: true, program);
        var outcome = await sides.RunAsync(low, WorkerSides.Manifest(files), files);
        Assert.True(!outcome.Succeeded(out report, out refusal) ? refusal.Code == RefusalCode.InspectorFailed : report.Files[0].Findings.Any(f => f.Severity == Severity.Refused));
    }
}
