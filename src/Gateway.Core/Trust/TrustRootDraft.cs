using System.Buffers;
using System.Text.Json;
using Gateway.Core.Manifests;

namespace Gateway.Core.Trust;

/// <summary>A trust root that people still edit. Only signing makes a version of it.</summary>
/// <param name="Contents">What it says so far.</param>
public sealed record TrustRootDraft(TrustRootContents Contents)
{
    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = CanonicalEncoder.Instance, NewLine = "\n" };

    /// <summary>A draft of version 1 that lists nobody yet.</summary>
    public static TrustRootDraft Start(string site, bool development, DateTimeOffset expires, IReadOnlyList<PublicKey> rootKeys, int rootThreshold) =>
        new(new TrustRootContents
        {
            Version = 1,
            Site = site,
            IsDevelopment = development,
            Expires = expires,
            People = [],
            Machines = [],
            Classes = [],
            RootKeys = rootKeys,
            RootThreshold = rootThreshold,
        });

    /// <summary>Reads a draft file. Refuses with <see cref="RefusalCode.TrustRootInvalid"/>; rules are not asked yet.</summary>
    public static Outcome<TrustRootDraft> Parse(ReadOnlyMemory<byte> json) =>
        TrustRootJson.ReadDraft(json.Span).Succeeded(out var contents, out var refusal)
            ? new TrustRootDraft(contents)
            : new Refusal(RefusalCode.TrustRootInvalid, refusal.Detail);

    /// <summary>The draft file: indented JSON that people may read and edit.</summary>
    public byte[] ToBytes()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Readable))
        {
            writer.WriteStartObject();
            TrustRootJson.WriteMembers(writer, Contents.Ordered());
            writer.WriteEndObject();
        }

        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    public TrustRootDraft With(TrustedPerson person) => new(Contents with { People = [.. Contents.People, person] });

    public TrustRootDraft With(TrustedMachine machine) => new(Contents with { Machines = [.. Contents.Machines, machine] });

    public TrustRootDraft With(TrustedClass added) => new(Contents with { Classes = [.. Contents.Classes, added] });

    /// <summary>The statement to be signed. Refuses with <see cref="RefusalCode.TrustRootInvalid"/> or <see cref="RefusalCode.ClassTooWeak"/>, naming the first fault.</summary>
    public Outcome<byte[]> ToPayload() =>
        TrustRootRules.Check(Contents) is { } fault
            ? fault
            : StatementWriter.ToBytes(writer => TrustRootJson.WriteStatement(writer, Contents.Ordered()));
}
