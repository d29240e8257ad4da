using System.Text;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;
using Gateway.High.Receive;
using Gateway.Storage.High;
using Xunit;

namespace Gateway.Tests.High;

/// <summary>Each check alone stops a transfer that passes all the others.</summary>
public sealed class NineChecksTests
{
    [Fact]
    public async Task Honest_transfer_is_published()
    {
        await using var bench = await HighBench.OpenAsync();
        var import = await bench.CarryAsync(Shipment.Of(bench));
        Assert.Equal((ImportState.Published, null), (import.State, import.Refusal?.ToString()));
        Assert.Equal(["ann", "bob"], import.Claim!.Approvers.Order());
        Assert.Equal(
            [".gateway/inspection.dsse.json", ".gateway/manifest.dsse.json", ".gateway/release.dsse.json", ".gateway/verdict.json", "README.md", "_SUCCESS", "data/test.jsonl", "data/train.jsonl"],
            Directory.EnumerateFiles(Path.Combine(bench.Root, import.Path!), "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(Path.Combine(bench.Root, import.Path!), path))
                .Order(StringComparer.Ordinal));
        Assert.Equal("1", File.ResolveLinkTarget(Path.Combine(bench.Root, "published/datasets/lab/sums/current"), false)!.Name);
    }

    [Fact]
    public async Task Check_1_envelope_refuses_what_is_no_strict_document()
    {
        await using var bench = await HighBench.OpenAsync();
        var honest = Shipment.Of(bench);
        var release = Encoding.UTF8.GetString(honest.Documents.Release.Span);
        await RefusedAsync(bench, RefusalCode.EnvelopeInvalid, With(honest, release.Insert(1, "\"x\":1,")));
        await RefusedAsync(bench, RefusalCode.EnvelopeInvalid, With(honest, release.Insert(1, "\"payloadType\":\"x\",")));
        await RefusedAsync(bench, RefusalCode.DocumentInvalid, With(honest, Encoding.UTF8.GetString(Envelope.Sign("{}"u8.ToArray(), bench.People.Ann, bench.People.Bob).ToBytes())));
        await RefusedAsync(bench, RefusalCode.HeaderInvalid, honest.As(new string('0', 32)));
    }

    [Fact]
    public async Task Check_2_threshold_counts_distinct_people_who_may_approve()
    {
        await using var bench = await HighBench.OpenAsync();
        var people = bench.People;
        await RefusedAsync(bench, RefusalCode.ThresholdNotMet, Approved(bench, []));
        await RefusedAsync(bench, RefusalCode.ThresholdNotMet, Approved(bench, people.Ann));
        await RefusedAsync(bench, RefusalCode.ThresholdNotMet, Approved(bench, people.Bob, people.BobsOther));
        await RefusedAsync(bench, RefusalCode.ThresholdNotMet, Approved(bench, people.Ann, people.Stranger));
        await RefusedAsync(bench, RefusalCode.ThresholdNotMet, Approved(bench, people.Ann, people.Inspector));
        await RefusedAsync(bench, RefusalCode.SelfApproval, Approved(bench, people.Ann, people.Eva));
        await RefusedAsync(bench, RefusalCode.ThresholdNotMet, Shipment.Of(bench, p => p with { Class = "restricted" }));
        await RefusedAsync(bench, RefusalCode.ThresholdNotMet, Shipment.Of(bench, p => p with { Class = "unheard-of" }));
        await RefusedAsync(bench, RefusalCode.SelfApproval, Shipment.Of(bench, p => p with
        {
            Submitter = ("dora", people.Dora), Approvers = [people.Ann, people.Dora],
        }));
        await RefusedAsync(bench, RefusalCode.SelfApproval, Shipment.Of(bench, p => p with
        {
            Submitter = ("ann", people.AnnsPipeline), Approvers = [people.Ann, people.Bob],
        }));
    }

    [Fact]
    public async Task Check_3_binding_refuses_another_place_time_root_policy_or_inspection()
    {
        await using var bench = await HighBench.OpenAsync();
        var other = Digest.Of("other"u8);
        await RefusedAsync(bench, RefusalCode.WrongDestination, Released(bench, r => r with { Destination = "enclave-b" }));
        await RefusedAsync(bench, RefusalCode.WrongLane, Released(bench, r => r with { Lane = "lane-2" }));
        await RefusedAsync(bench, RefusalCode.WrongTrustRoot, Released(bench, r => r with { TrustRootVersion = 2 }));
        await RefusedAsync(bench, RefusalCode.WrongPolicy, Released(bench, r => r with { PolicyDigest = other }));
        await RefusedAsync(bench, RefusalCode.WrongPolicy, Released(bench, r => r with { PolicyVersion = 2 }));
        await RefusedAsync(bench, RefusalCode.WrongManifest, Released(bench, r => r with { ManifestDigest = other }));
        await RefusedAsync(bench, RefusalCode.WrongInspection, Released(bench, r => r with { InspectionDigest = other }));
        await RefusedAsync(bench, RefusalCode.NotYetValid, Released(bench, r => r with { NotBefore = r.NotBefore.AddHours(1) }));
        await RefusedAsync(bench, RefusalCode.Expired, Released(bench, r => r with { NotBefore = r.NotBefore.AddDays(-9), NotAfter = r.NotAfter.AddDays(-8) }));
        await RefusedAsync(bench, RefusalCode.SignatureInvalid, Shipment.Of(bench, p => p with { Inspector = bench.People.Stranger }));
        await RefusedAsync(bench, RefusalCode.RoleMissing, Shipment.Of(bench, p => p with { Inspector = bench.People.Eva }));
    }

    [Fact]
    public async Task Check_3_refuses_everything_once_the_trust_root_has_expired()
    {
        await using var bench = await HighBench.OpenAsync();
        bench.Time.Advance(TimeSpan.FromDays(366));
        await RefusedAsync(bench, RefusalCode.TrustRootExpired, Shipment.Of(bench));
    }

    [Fact]
    public async Task Check_4_freshness_refuses_a_replay_an_old_sequence_and_a_version_with_other_content()
    {
        await using var bench = await HighBench.OpenAsync();
        var first = Shipment.Of(bench, p => p with { Sequence = 5, Version = "2" });
        Assert.Equal(ImportState.Published, (await bench.CarryAsync(first)).State);
        var visible = bench.Visible();

        await RefusedAsync(bench, RefusalCode.TransferConsumed, first, visible);
        await RefusedAsync(bench, RefusalCode.VersionTaken, Shipment.Of(bench, p => p with { Sequence = 6, Version = "2" }), visible);
        await RefusedAsync(bench, RefusalCode.VersionPublished, Shipment.Of(bench, p => p with { Sequence = 6, Version = "2", Files = [("other.txt", "other\n")] }), visible);
        await RefusedAsync(bench, RefusalCode.SequenceNotNewer, Shipment.Of(bench, p => p with { Sequence = 5, Version = "1" }), visible);
        await RefusedAsync(bench, RefusalCode.SequenceNotNewer, Shipment.Of(bench, p => p with { Sequence = 4, Version = "1" }), visible);
        await RefusedAsync(bench, RefusalCode.VersionTaken, Shipment.Of(bench, p => p with { Sequence = 6, Version = "3", Name = "Lab/sums" }), visible);
        Assert.Equal(ImportState.Published, (await bench.FindAsync(first.TransferId)).State);
    }

    [Fact]
    public async Task Check_5_manifest_needs_an_engineer_and_a_release_that_repeats_it()
    {
        await using var bench = await HighBench.OpenAsync();
        await RefusedAsync(bench, RefusalCode.SignatureInvalid, Shipment.Of(bench, p => p with { Submitter = ("eva", bench.People.Stranger) }));
        await RefusedAsync(bench, RefusalCode.RoleMissing, Shipment.Of(bench, p => p with { Submitter = ("cara", bench.People.Cara) }));
        await RefusedAsync(bench, RefusalCode.ClassMismatch, Shipment.Of(bench, p => p with { Submitter = ("eva", bench.People.Dora) }));
        await RefusedAsync(bench, RefusalCode.ManifestMismatch, Released(bench, r => r with { Class = "restricted" }));
        await RefusedAsync(bench, RefusalCode.ManifestMismatch, Released(bench, r => r with { Submitter = "dora" }));
        await RefusedAsync(bench, RefusalCode.ManifestMismatch, Released(bench, r => r with { Files = r.Files + 1 }));
        await RefusedAsync(bench, RefusalCode.ManifestMismatch, Released(bench, r => r with
        {
            Artifact = ArtifactName.Parse(ArtifactKind.Checkpoint, "lab/sums", "1").Succeeded(out var name, out _) ? name : r.Artifact,
        }));
    }

    [Fact]
    public async Task Check_6_bytes_refuses_a_flipped_bit_in_flight()
    {
        await using var bench = await HighBench.OpenAsync();
        await RefusedAsync(bench, RefusalCode.DigestMismatch, Shipment.Of(bench).WithByteFlipped(200));
    }

    [Theory]
    [InlineData("flip", RefusalCode.DigestMismatch)]
    [InlineData("truncate", RefusalCode.SizeMismatch)]
    [InlineData("remove", RefusalCode.FileMissing)]
    [InlineData("add", RefusalCode.FileExtra)]
    [InlineData("add document", RefusalCode.FileExtra)]
    [InlineData("directory", RefusalCode.FileExtra)]
    [InlineData("link", RefusalCode.NotRegularFile)]
    public async Task Check_6_bytes_refuses_a_change_of_the_stored_files(string change, RefusalCode code)
    {
        await using var bench = await HighBench.OpenAsync();
        var shipment = Shipment.Of(bench);
        Assert.NotNull(await bench.SendAsync(shipment));
        var tree = bench.Staging.TreeOf(shipment.TransferId);
        var file = Path.Combine(tree, "data/train.jsonl");
        switch (change)
        {
            case "flip":
                await using (var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite))
                {
                    stream.Position = 6;
                    stream.WriteByte((byte)'9');
                }

                break;
            case "truncate":
                await using (var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite))
                {
                    stream.SetLength(10);
                }

                break;
            case "remove":
                File.Delete(file);
                break;
            case "add":
                await File.WriteAllTextAsync(Path.Combine(tree, "data/more.txt"), "more", TestContext.Current.CancellationToken);
                break;
            case "add document":
                await File.WriteAllTextAsync(Path.Combine(tree, ".gateway/more.json"), "{}", TestContext.Current.CancellationToken);
                break;
            case "directory":
                Directory.CreateDirectory(Path.Combine(tree, "empty"));
                break;
            case "link":
                File.Delete(file);
                File.CreateSymbolicLink(file, "/etc/hostname");
                break;
        }

        await bench.Verification.VerifyAsync(shipment.TransferId, default);
        var import = await bench.FindAsync(shipment.TransferId);
        Assert.Equal((ImportState.Quarantined, code), (import.State, import.Refusal?.Code));
        Assert.Empty(bench.Visible());
        Assert.False(bench.Staging.Holds(shipment.TransferId));
    }

    [Fact]
    public async Task Check_7_content_refuses_what_this_side_finds_and_a_picture_that_is_not_its_own()
    {
        await using var bench = await HighBench.OpenAsync();
        await RefusedAsync(bench, RefusalCode.InspectionDisagrees, Shipment.Of(bench, p => p with
        {
            Report = report => report with { Totals = [.. report.Totals, new("rows", "7")] },
        }));
        await RefusedAsync(bench, RefusalCode.InspectionDisagrees, Shipment.Of(bench, p => p with
        {
            Report = report => report with { VerifierVersion = "0" },
        }));
        await RefusedAsync(bench, RefusalCode.SourceCodeRefused, Shipment.Of(bench, p => p with { Files = [("run.py", "import os\n")] }));
    }

    [Fact]
    public async Task Check_7_content_recomputes_the_difference_to_a_version_that_is_held_here()
    {
        await using var bench = await HighBench.OpenAsync();
        var first = await bench.CarryAsync(Shipment.Of(bench));
        PreviousVersion Difference(int changed) => new("1", first.Claim!.Manifest, Added: 1, Removed: 2, changed, Tensors: null);
        Packing Next(Packing packing, int changed) => packing with
        {
            Version = "2", Sequence = 2, Previous = Difference(changed), Files = [("README.md", "# More sums\n"), ("new.txt", "new\n")],
        };

        var visible = bench.Visible();
        await RefusedAsync(bench, RefusalCode.InspectionDisagrees, Shipment.Of(bench, p => Next(p, changed: 0)), visible);
        Assert.Equal(ImportState.Published, (await bench.CarryAsync(Shipment.Of(bench, p => Next(p, changed: 1)))).State);
    }

    [Fact]
    public async Task Check_7_content_recomputes_which_tensors_differ_from_a_version_that_is_held_here()
    {
        await using var bench = await HighBench.OpenAsync();
        var first = await bench.CarryAsync(Shipment.Of(bench, p => p with { Kind = ArtifactKind.Checkpoint, Files = [Weights("a", 'x'), ("README.md", "# One\n")] }));
        Assert.Equal(ImportState.Published, first.State);
        Packing Next(Packing packing, TensorDifference? claimed) => packing with
        {
            Kind = ArtifactKind.Checkpoint, Version = "2", Sequence = 2, Files = [Weights("a", 'y'), ("README.md", "# One\n")],
            Previous = new("1", first.Claim!.Manifest, Added: 0, Removed: 0, Changed: 1, claimed),
        };

        var none = new NamedTensors(0, []);
        var visible = bench.Visible();
        await RefusedAsync(bench, RefusalCode.InspectionDisagrees, Shipment.Of(bench, p => Next(p, null)), visible);
        await RefusedAsync(bench, RefusalCode.InspectionDisagrees, Shipment.Of(bench, p => Next(p, new(none, none, none, none))), visible);
        await RefusedAsync(bench, RefusalCode.InspectionDisagrees, Shipment.Of(bench, p => Next(p, new(none, none, none, new(1, ["b"])))), visible);
        Assert.Equal(ImportState.Published, (await bench.CarryAsync(Shipment.Of(bench, p => Next(p, new(none, none, none, new(1, ["a"])))))).State);

        static (string, string) Weights(string name, char fill)
        {
            var header = $"{{\"{name}\":{{\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[0,4]}}}}";
            return ("model.safetensors", $"{(char)header.Length}{new string('\0', 7)}{header}{new string(fill, 4)}");
        }
    }

    [Fact]
    public async Task Check_7_content_refuses_a_first_version_where_one_was_published_before_it_was_proposed()
    {
        await using var bench = await HighBench.OpenAsync();
        var first = Shipment.Of(bench);
        var proposedWithFirst = Shipment.Of(bench, p => p with { Version = "2", Sequence = 2 });
        bench.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(ImportState.Published, (await bench.CarryAsync(first)).State);
        Assert.Equal(ImportState.Published, (await bench.CarryAsync(proposedWithFirst)).State);

        bench.Time.Advance(TimeSpan.FromHours(1));
        await RefusedAsync(bench, RefusalCode.InspectionDisagrees, Shipment.Of(bench, p => p with { Version = "3", Sequence = 3 }), bench.Visible());
    }

    [Fact]
    public async Task Check_8_policy_refuses_what_the_active_bundle_does_not_permit()
    {
        await using var bench = await HighBench.OpenAsync(forbidDatasets: true);
        await RefusedAsync(bench, RefusalCode.PolicyDenied, Shipment.Of(bench));
    }

    [Fact]
    public async Task Check_9_publication_refuses_what_expired_while_it_was_verified()
    {
        await using var bench = await HighBench.OpenAsync();
        var shipment = Shipment.Of(bench);
        Assert.NotNull(await bench.SendAsync(shipment));
        bench.Time.Advance(TimeSpan.FromDays(8));
        await bench.Verification.VerifyAsync(shipment.TransferId, default);
        Assert.Equal(RefusalCode.Expired, (await bench.FindAsync(shipment.TransferId)).Refusal?.Code);
        Assert.Empty(bench.Visible());
    }

    [Fact]
    public async Task Check_that_crashes_is_a_no()
    {
        await using var bench = await HighBench.OpenAsync();
        var shipment = Shipment.Of(bench);
        Assert.NotNull(await bench.SendAsync(shipment));
        File.Delete(Path.Combine(bench.Staging.TreeOf(shipment.TransferId), ".gateway/inspection.dsse.json"));
        await bench.Verification.VerifyAsync(shipment.TransferId, default);
        Assert.Equal(RefusalCode.Internal, (await bench.FindAsync(shipment.TransferId)).Refusal?.Code);
        Assert.Empty(bench.Visible());
    }

    [Fact]
    public async Task Check_that_outlasts_its_limit_is_a_no()
    {
        await using var bench = await HighBench.OpenAsync();
        var shipment = Shipment.Of(bench);
        Assert.NotNull(await bench.SendAsync(shipment));

        // Time passes where the checks read the clock, which is after the limit began to run.
        bench.Time.AutoAdvanceAmount = TimeSpan.FromHours(1);
        await bench.Verification.VerifyAsync(shipment.TransferId, default);
        bench.Time.AutoAdvanceAmount = TimeSpan.Zero;
        Assert.Equal(RefusalCode.TimedOut, (await bench.FindAsync(shipment.TransferId)).Refusal?.Code);
        Assert.Empty(bench.Visible());
    }

    private static async Task RefusedAsync(HighBench bench, RefusalCode code, Shipment shipment, IReadOnlyList<string>? visible = null)
    {
        var import = await bench.CarryAsync(shipment);
        Assert.Equal((ImportState.Quarantined, code), (import.State, import.Refusal?.Code));
        Assert.Equal(visible ?? [], bench.Visible());
    }

    private static Shipment Approved(HighBench bench, params SigningKey[] approvers) => Shipment.Of(bench, p => p with { Approvers = approvers });

    private static Shipment Released(HighBench bench, Func<Release, Release> bend) => Shipment.Of(bench, p => p with { Release = bend });

    private static Shipment With(Shipment shipment, string release) =>
        shipment.With(shipment.Documents with { Release = Encoding.UTF8.GetBytes(release) });
}
