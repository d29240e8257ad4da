using System.Diagnostics;
using Gateway.Core.Manifests;
using Gateway.High.Import.Web;
using Gateway.Tests.Rules;
using Xunit;

namespace Gateway.Tests.High.Import;

/// <summary>The examples that trainers are given run as they stand, with the Python of Debian.</summary>
public sealed class PythonExampleTests : IAsyncLifetime
{
    private const string Python = "/usr/bin/python3";

    private static readonly string Examples = Path.Combine(Repository.Root, "deploy", "examples");
    private static readonly Dictionary<string, string> Nothing = [];

    private readonly TemporaryDirectory directory = new();
    private ReaderBench bench = null!;

    public async ValueTask InitializeAsync() => bench = await ReaderBench.StartAsync(ReaderProtocols.HuggingFace);

    public async ValueTask DisposeAsync()
    {
        await bench.DisposeAsync();
        directory.Dispose();
    }

    [Fact]
    public async Task Imports_are_followed_and_read_with_stubs_made_from_the_protos()
    {
        await SkipWithoutAsync("grpc", "grpc_tools", "python3-grpcio and python3-grpc-tools");
        var stubs = Directory.CreateDirectory(directory["stubs"]).FullName;
        var protos = Path.Combine(Repository.Root, "protos");
        string[] sources = [.. Directory.GetFiles(Path.Combine(protos, "gateway/v1")), .. Directory.GetFiles(Path.Combine(protos, "gateway/high/v1"))];
        var made = await ClientProgram.RunAsync(directory.Path, Nothing, Python, ["-m", "grpc_tools.protoc", "-I", protos, $"--python_out={stubs}", $"--grpc_python_out={stubs}", .. sources]);
        Assert.True(made is { Code: 0 }, made?.Output);

        var first = await bench.High.CarryAsync(Shipment.Of(bench.High));
        var (certificate, key) = bench.FilesOf("cara");
        using var follower = Process.Start(new ProcessStartInfo(
            Python, [Path.Combine(Examples, "follow_imports.py"), bench.ServiceAuthority, bench.AuthorityFile, certificate, key])
        {
            RedirectStandardOutput = true,
            Environment = { ["PYTHONPATH"] = stubs },
        })!;
        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            deadline.CancelAfter(TimeSpan.FromSeconds(60));
            Assert.StartsWith($"lab/sums@1 3 files, {first.Claim!.Bytes} bytes, verified; cursor ", await follower.StandardOutput.ReadLineAsync(deadline.Token), StringComparison.Ordinal);
            await bench.High.CarryAsync(Shipment.Of(bench.High, p => p with { Version = "2", Sequence = 2 }));
            Assert.StartsWith("lab/sums@2 3 files", await follower.StandardOutput.ReadLineAsync(deadline.Token), StringComparison.Ordinal);
        }
        finally
        {
            follower.Kill();
            await follower.WaitForExitAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task Tensor_of_a_published_file_is_loaded_by_its_path()
    {
        await SkipWithoutAsync("numpy", "torch", "python3-numpy and python3-torch");
        byte[] data = [.. BitConverter.GetBytes(1.5f), .. BitConverter.GetBytes(2.25f), .. BitConverter.GetBytes(-0.5f), .. BitConverter.GetBytes(4f)];
        byte[] weights = [.. "@\0\0\0\0\0\0\0"u8, .. """{"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}"""u8, .. "       "u8, .. data];
        weights[0] = (byte)(weights.Length - 8 - data.Length);
        var import = await bench.High.CarryAsync(Shipment.Of(
            bench.High, p => p with { Kind = ArtifactKind.Checkpoint, Files = [("README.md", "# W\n")], Binaries = [("model.safetensors", weights)] }));
        Assert.Null(import.Refusal);
        var (code, output) = (await ClientProgram.RunAsync(
            directory.Path, Nothing, Python, Path.Combine(Examples, "load_tensor.py"), Path.Combine(bench.High.Root, import.Path!, "model.safetensors"), "w"))!.Value;
        Assert.True(code == 0, output);
        Assert.Equal("torch.float32 [2, 2] 7.25", output.Trim().Split('\n')[^1]);
    }

    private async Task SkipWithoutAsync(string module, string other, string packages)
    {
        var has = await ClientProgram.RunAsync(directory.Path, Nothing, Python, "-c", $"import {module}, {other}");
        Assert.SkipUnless(has is { Code: 0 }, $"Debian's {packages} are not installed; tests/run.sh does that.");
    }
}
