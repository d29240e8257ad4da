using System.Globalization;
using Gateway.SystemTests.Attacks;
using Gateway.SystemTests.Site;
using Xunit;
using State = Gateway.Protocol.Low.V1.Transfer.Types.State;

namespace Gateway.SystemTests.BadInput;

/// <summary>What is large in bytes or in files works, goes on after a break, and does not grow memory.</summary>
[Collection(nameof(BothSides))]
public sealed class LargeArtifactTests(BothSides sides)
{
    /// <summary>Peak of resident memory of each process, in KiB: the product's promise.</summary>
    private const long MostResidentKib = 300 * 1024;

    private const int BrokenUploadBytes = 256 << 20;

    /// <summary>Size of the sparse file, in GiB; 20 in a long run. Hashing it is what takes the time.</summary>
    private static long SparseGib => long.Parse(Environment.GetEnvironmentVariable("GATEWAY_TEST_SPARSE_GIB") ?? "1", CultureInfo.InvariantCulture);

    [Fact]
    public async Task A_sparse_file_is_uploaded_and_inspected_in_flat_memory()
    {
        // A process of its own: the peak of an artifact of many files stays on the books of the process that carried it.
        await sides.Low.Service!.StopAsync(HighSite.Patience);
        await sides.Low.RestartAsync();
        var name = BothSides.NewName();
        var source = Sparse(SparseGib << 30);
        await using var submit = sides.Low.StartGateway("alice", BothSides.Arguments(source, name));
        var peak = 0L;
        using var sampling = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!submit.HasExited && await sampling.WaitForNextTickAsync(TestContext.Current.CancellationToken))
        {
            peak = Math.Max(peak, submit.PeakResidentKib);
        }

        Assert.True(await submit.ExitAsync(HighSite.Patience) == 0, submit.Output);
        await WaitAsync(name, State.AwaitingApproval);
        var service = sides.Low.Service!.PeakResidentKib;
        TestContext.Current.SendDiagnosticMessage($"{SparseGib} GiB: gateway submit {peak / 1024} MiB, gateway-low {service / 1024} MiB");
        Assert.InRange(peak, 1, MostResidentKib);
        Assert.InRange(service, 1, MostResidentKib);
    }

    [Fact]
    public async Task An_upload_that_stops_half_way_goes_on_when_the_command_is_typed_again()
    {
        var name = BothSides.NewName();
        var source = Sparse(BrokenUploadBytes);
        await using (var submit = sides.Low.StartGateway("alice", BothSides.Arguments(source, name)))
        {
            while ((await sides.FindAsync(name))?.StagedBytes is null or 0)
            {
                Assert.False(submit.HasExited, submit.Output);
            }

            await submit.KillAsync();
        }

        var stopped = await sides.FindAsync(name);
        Assert.Equal(State.Uploading, stopped!.State);
        Assert.InRange(stopped.StagedBytes, 1, BrokenUploadBytes - 1);
        var again = await sides.SubmitAsync("alice", source, name);
        Assert.True(again.Code == 0, again.Error);
        await WaitAsync(name, State.AwaitingApproval);
        Assert.Equal(stopped.Name, (await sides.FindAsync(name))!.Name);
    }

    [Fact]
    public async Task A_hundred_thousand_small_files_cross()
    {
        const int Files = 100_000;
        var name = BothSides.NewName();
        var source = sides.Source();
        for (var i = 0; i < Files; i++)
        {
            var directory = Path.Combine(source, $"{i / 1000:D2}");
            if (i % 1000 == 0)
            {
                Directory.CreateDirectory(directory);
            }

            File.WriteAllText(Path.Combine(directory, $"{i:D5}.txt"), $"{i}\n");
        }

        var submitted = await sides.SubmitAsync("alice", source, name);
        Assert.True(submitted.Code == 0, submitted.Error);
        var transfer = await WaitAsync(name, State.AwaitingApproval);
        foreach (var person in (string[])["bob", "carol"])
        {
            var approved = await sides.Low.GatewayAsync(person, "approve", transfer.Name.Split('/')[1], "--digest", transfer.ReleaseSha256, "-m", "many, and all good");
            Assert.True(approved.Code == 0, approved.Error);
        }

        var import = await sides.High.WaitForAsync(
            i => i.Artifact?.Name == name && i.State is Protocol.High.V1.Import.Types.State.Published or Protocol.High.V1.Import.Types.State.Quarantined);
        Assert.True(import.State == Protocol.High.V1.Import.Types.State.Published, $"{import}");
        var published = Path.Combine(sides.High.StorageRoot, import.Path);
        Assert.Equal(Files, Directory.EnumerateFiles(published, "*.txt", SearchOption.AllDirectories).Count());
        Assert.Equal("99999\n", await File.ReadAllTextAsync(Path.Combine(published, "99", "99999.txt")));
    }

    private async Task<Protocol.Low.V1.Transfer> WaitAsync(string name, State state) =>
        await sides.ReachAsync((await sides.FindAsync(name))!.Name, state, HighSite.Patience + TimeSpan.FromSeconds(20 * SparseGib));

    private string Sparse(long bytes)
    {
        var source = sides.Source();
        using var file = File.Create(Path.Combine(source, "sparse.npy"));
        file.Write(Artifacts.NpyHeader(bytes));
        file.SetLength(file.Length + bytes);
        return source;
    }
}
