using Gateway.SystemTests.Site;
using Xunit;

namespace Gateway.SystemTests.Whole;

/// <summary>`gateway dev`, running, and its people at their terminals.</summary>
public sealed class DevelopmentSite : IAsyncLifetime
{
    /// <summary>Longest wait for both services; the policy engine is compiled on the first start.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(2);

    private RunningProgram site = null!;

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("gateway-whole-").FullName;

    public string TrustRootFile => Path.Combine(Directory, "site", "root.dsse.json");

    public async ValueTask InitializeAsync()
    {
        site = RunningProgram.Start(Product.Gateway, "dev", "--dir", Path.Combine(Directory, "site"));
        await site.WaitForLineAsync("ready", StartPatience);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            Assert.Equal(0, await site.StopAsync(HighSite.Patience));
        }
        finally
        {
            await site.DisposeAsync();
        }
    }

    /// <summary>A command in somebody's context, running.</summary>
    internal RunningProgram Start(string context, params string[] command) => RunningProgram.Start(
        Product.Gateway, command, new Dictionary<string, string> { ["GATEWAY_CONTEXTS"] = Path.Combine(Directory, "site", "contexts.json"), ["GATEWAY_CONTEXT"] = context });

    /// <summary>A command in somebody's context, run to its end.</summary>
    internal async Task<GatewayResult> RunAsync(string context, params string[] command)
    {
        await using var program = Start(context, command);
        var code = await program.ExitAsync(HighSite.Patience);
        return new GatewayResult(code, program.StandardOutput, program.StandardError);
    }

    /// <summary>A command that must succeed.</summary>
    internal async Task<GatewayResult> MustAsync(string context, params string[] command)
    {
        var result = await RunAsync(context, command);
        Assert.True(result.Code == 0, $"{string.Join(' ', command)}: {result.Code}\n{result.Error}");
        return result;
    }

    /// <summary>Submits a small dataset; its transfer id, once approvers may sign it.</summary>
    internal Task<string> SubmitAsync(string name) => SubmitAsync(
        name, "1.0", "dataset", "AWAITING_APPROVAL", ("rows.jsonl", "{\"text\":\"a\"}\n{\"text\":\"b\"}\n"u8.ToArray()), ("README.md", "# Rows\n"u8.ToArray()));

    /// <summary>Submits files as they are given; the transfer's id, once it is in a state.</summary>
    internal async Task<string> SubmitAsync(string name, string version, string kind, string state, params (string Path, byte[] Content)[] files)
    {
        var source = System.IO.Directory.CreateDirectory(Path.Combine(Directory, "source", name, version)).FullName;
        foreach (var (path, content) in files)
        {
            await File.WriteAllBytesAsync(Path.Combine(source, path), content);
        }

        var submitted = await MustAsync(
            "engineer", "submit", source, "--name", name, "--version", version, "--kind", kind, "--to", "enclave-a", "--reason", "to train on", "--json");
        var id = submitted.Json.GetProperty("id").GetString()!;
        await using var watch = Start("engineer", "watch", id);
        await watch.WaitForLineAsync(state, HighSite.Patience);
        return id;
    }

    /// <summary>Reviews and approves as somebody; what review showed.</summary>
    internal async Task<string> ApproveAsync(string context, string id)
    {
        var review = (await MustAsync(context, "review", id)).Output;
        await MustAsync(context, "approve", id, "--digest", DigestShown(review), "-m", "read and found good");
        return review;
    }

    /// <summary>The digest that the screen of `gateway review` ends with.</summary>
    internal static string DigestShown(string review) => review.TrimEnd().Split('\n')[^1].Split(' ')[^1];
}
