using Gateway.Cli;
using Gateway.Core.Trust;
using Xunit;

namespace Gateway.Tests.Cli.Keys;

public sealed class KeyCommandTests : IDisposable
{
    private readonly CommandLine gateway = new();

    [Theory]
    [InlineData("ecdsa-p384")]
    [InlineData("ed25519")]
    public async Task A_generated_key_is_private_encrypted_and_shown_by_its_id(string kind)
    {
        await File.WriteAllTextAsync(gateway["passphrase"], "correct horse\nsecond line\n");
        var made = await gateway.JsonAsync("key", "generate", "--out", gateway["alice.pem"], "--kind", kind, "--passphrase-file", gateway["passphrase"]);

        Assert.Equal(kind, made.GetProperty("kind").GetString());
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(gateway["alice.pem"]) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        var pem = await File.ReadAllTextAsync(gateway["alice.pem"]);
        Assert.True(SigningKey.IsEncrypted(pem));
        Assert.True(SigningKey.FromPem(pem, "correct horse").Succeeded(out var key, out _));
        using (key)
        {
            Assert.Equal(key.Public.KeyId, made.GetProperty("keyId").GetString());
        }

        var fromPublic = await gateway.JsonAsync("key", "show", gateway["alice.pem.pub"]);
        var fromPrivate = await gateway.JsonAsync("key", "show", gateway["alice.pem"], "--passphrase-file", gateway["passphrase"]);
        Assert.Equal(made.GetProperty("keyId").GetString(), fromPublic.GetProperty("keyId").GetString());
        Assert.Equal(made.GetProperty("publicKey").GetString(), fromPrivate.GetProperty("publicKey").GetString());
    }

    [Fact]
    public async Task A_key_is_never_overwritten()
    {
        await gateway.JsonAsync("key", "generate", "--out", gateway["k"], "--no-passphrase");
        var before = await File.ReadAllTextAsync(gateway["k"]);
        Assert.Equal(ExitCode.Usage, await gateway.RunAsync("key", "generate", "--out", gateway["k"], "--no-passphrase"));
        Assert.Equal(before, await File.ReadAllTextAsync(gateway["k"]));
    }

    [Fact]
    public async Task A_script_must_say_how_the_key_is_protected()
    {
        Assert.Equal(ExitCode.Usage, await gateway.RunAsync("key", "generate", "--out", gateway["k"]));
        Assert.Contains("--no-passphrase", gateway.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(gateway["k"]));
    }

    [Fact]
    public async Task A_wrong_passphrase_is_refused_by_code()
    {
        await File.WriteAllTextAsync(gateway["right"], "right");
        await File.WriteAllTextAsync(gateway["wrong"], "wrong");
        await gateway.JsonAsync("key", "generate", "--out", gateway["k"], "--passphrase-file", gateway["right"]);
        Assert.Equal(ExitCode.Refused, await gateway.RunAsync("key", "show", gateway["k"], "--passphrase-file", gateway["wrong"]));
        Assert.StartsWith("refused: KEY_INVALID: ", gateway.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_key_is_refused()
    {
        await File.WriteAllTextAsync(gateway["k"], "no key");
        Assert.Equal(ExitCode.Refused, await gateway.RunAsync("key", "show", gateway["k"]));
        Assert.StartsWith("refused: KEY_INVALID: ", gateway.Errors, StringComparison.Ordinal);
    }

    public void Dispose() => gateway.Dispose();
}
