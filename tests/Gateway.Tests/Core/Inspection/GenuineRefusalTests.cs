using Xunit;

namespace Gateway.Tests.Core.Inspection;

/// <summary>What the libraries of trainers write and does not cross, under its own name and under those of formats that do.</summary>
public sealed class GenuineRefusalTests
{
    private const string Torch = """
        import sys, torch
        model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.ReLU())
        torch.save(model.state_dict(), f"{sys.argv[1]}/zip.pt")
        torch.save(model.state_dict(), f"{sys.argv[1]}/legacy.pt", _use_new_zipfile_serialization=False)
        torch.save(model, f"{sys.argv[1]}/whole.pth")
        torch.save(torch.optim.SGD(model.parameters(), 0.1).state_dict(), f"{sys.argv[1]}/optimizer.bin")
        torch.jit.script(model).save(f"{sys.argv[1]}/script.pt")
        """;

    private const string Hdf5 = """
        import h5py, numpy, sys
        for name, version in (("old.h5", "earliest"), ("new.hdf5", "latest")):
            with h5py.File(f"{sys.argv[1]}/{name}", "w", libver=version) as file:
                file.create_dataset("w", data=numpy.ones((3, 4)), compression="gzip")
                file["link"] = h5py.ExternalLink("/etc/passwd", "/")
        with h5py.File(f"{sys.argv[1]}/user.h5", "w", userblock_size=512) as file:
            file["w"] = numpy.ones(3)
        """;

    private static readonly string[] Names =
        ["a.safetensors", "a.gguf", "a.onnx", "a.npy", "a.npz", "a.parquet", "a.arrow", "a.json", "a.jsonl", "a.csv", "a.tsv", "a.txt", "a.model", "a.tar", "a.png", "a.wav", "LICENSE"];

    [Fact]
    public void What_PyTorch_saves_is_refused_under_any_name()
    {
        using var output = PythonOutput.Of(Torch, "torch");
        RefusedUnderAnyName(output, expected: 5);
    }

    [Fact]
    public void What_h5py_writes_is_refused_under_any_name()
    {
        using var output = PythonOutput.Of(Hdf5, "h5py", "numpy");
        RefusedUnderAnyName(output, expected: 3);
    }

    private static void RefusedUnderAnyName(PythonOutput output, int expected)
    {
        var files = Directory.GetFiles(output.Path);
        Assert.Equal(expected, files.Length);
        foreach (var file in files)
        {
            foreach (var name in Names.Append(Path.GetFileName(file)))
            {
                Assert.False(Inspected.File(name, File.ReadAllBytes(file)).Accepted, $"{Path.GetFileName(file)} as {name}");
            }
        }
    }
}
