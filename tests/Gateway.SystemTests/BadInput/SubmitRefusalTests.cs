using Gateway.Core;
using Gateway.Protocol.Low.V1;
using Xunit;
using State = Gateway.Protocol.Low.V1.Transfer.Types.State;

namespace Gateway.SystemTests.BadInput;

/// <summary>Requests that cannot succeed, through `gateway submit` as people type it.</summary>
[Collection(nameof(BothSides))]
public sealed class SubmitRefusalTests(BothSides sides)
{
    [Theory]
    [InlineData(RefusalCode.NameInvalid, "--name", "org/current")]
    [InlineData(RefusalCode.NameInvalid, "--name", "_Success/rows")]
    [InlineData(RefusalCode.NameInvalid, "--name", "org/../rows")]
    [InlineData(RefusalCode.NameInvalid, "--version", "CURRENT")]
    [InlineData(RefusalCode.NameInvalid, "--version", ".gateway")]
    [InlineData(RefusalCode.ClassUnknown, "--class", "made-up")]
    [InlineData(RefusalCode.DestinationUnknown, "--to", "enclave-b")]
    [InlineData(RefusalCode.LaneUnknown, "--lane", "lane-9")]
    public async Task A_request_for_what_is_not_there_or_not_allowed(RefusalCode code, string option, string value) =>
        await sides.AssertRefusedAsync(code, await sides.SubmitAsync("alice", sides.Source(("a.txt", "a\n")), BothSides.NewName(), option, value));

    [Theory]
    [InlineData("bob")]
    [InlineData("ivan")]
    public async Task Somebody_who_is_no_engineer(string person) =>
        await sides.AssertRefusedAsync(RefusalCode.RoleMissing, await sides.SubmitAsync(person, sides.Source(("a.txt", "a\n")), BothSides.NewName()));

    [Fact]
    public async Task Of_two_submitters_racing_for_one_name_and_version_one_is_told_so_and_the_other_goes_on()
    {
        var name = BothSides.NewName();
        var results = await Task.WhenAll(
            sides.SubmitAsync("alice", sides.Source(("a.txt", "alice's\n")), name),
            sides.SubmitAsync("erin", sides.Source(("a.txt", "erin's\n")), name));
        var lost = Assert.Single(results, r => r.Code != 0);
        await sides.AssertRefusedAsync(RefusalCode.VersionTaken, lost);
        await sides.ReachAsync((await sides.FindAsync(name))!.Name, State.AwaitingApproval);
    }

    [Fact]
    public async Task Lines_that_do_not_follow_the_schema_named_for_them_and_others_that_do_and_cross()
    {
        var schema = ("schema.json", """{"required":["text"]}""");
        var wrong = sides.Source(("rows.jsonl", "{\"text\":1}\n{\"txt\":1}\n"), schema);
        await sides.AssertRefusedAsync(RefusalCode.SchemaMismatch, await sides.SubmitAsync("alice", wrong, BothSides.NewName(), "--schema", "schema.json", "--wait"));

        var name = BothSides.NewName();
        var right = sides.Source(("rows.jsonl", "{\"text\":1}\n{\"text\":2}\n"), schema);
        Assert.Equal(0, (await sides.SubmitAsync("alice", right, name, "--schema", "rows.jsonl=schema.json")).Code);
        await CrossAsync(name);
    }

    [Fact]
    public async Task The_same_name_and_version_with_other_content()
    {
        var name = BothSides.NewName();
        Assert.Equal(0, (await sides.SubmitAsync("alice", sides.Source(("a.txt", "first\n")), name)).Code);
        await sides.AssertRefusedAsync(RefusalCode.VersionTaken, await sides.SubmitAsync("alice", sides.Source(("a.txt", "second\n")), name));
        await sides.ReachAsync((await sides.FindAsync(name))!.Name, State.AwaitingApproval);
    }

    [Fact]
    public async Task Empty_files_and_names_of_255_bytes_cross()
    {
        var name = BothSides.NewName();
        var longest = new string('n', 251) + ".txt";
        var source = sides.Source(("empty.txt", ""), (longest, "long\n"), ($"{new string('d', 255)}/{longest}", ""));
        Assert.Equal(0, (await sides.SubmitAsync("alice", source, name, "--wait", "--dry-run")).Code);
        Assert.Equal(0, (await sides.SubmitAsync("alice", source, name)).Code);
        var import = await CrossAsync(name);
        var published = Path.Combine(sides.High.StorageRoot, import.Path);
        Assert.Equal("", await File.ReadAllTextAsync(Path.Combine(published, "empty.txt")));
        Assert.Equal("long\n", await File.ReadAllTextAsync(Path.Combine(published, longest)));
        Assert.True(File.Exists(Path.Combine(published, new string('d', 255), longest)));
    }

    private async Task<Protocol.High.V1.Import> CrossAsync(string name)
    {
        var transfer = await sides.ReachAsync((await sides.FindAsync(name))!.Name, State.AwaitingApproval);
        foreach (var person in (string[])["bob", "carol"])
        {
            var result = await sides.Low.GatewayAsync(person, "approve", transfer.Name.Split('/')[1], "--digest", transfer.ReleaseSha256, "-m", "read and found good");
            Assert.True(result.Code == 0, result.Error);
        }

        var import = await sides.High.WaitForAsync(
            i => i.Artifact?.Name == name && i.State is Protocol.High.V1.Import.Types.State.Published or Protocol.High.V1.Import.Types.State.Quarantined);
        Assert.True(import.State == Protocol.High.V1.Import.Types.State.Published, $"{import}");
        return import;
    }
}
